/** Duration histogram: buckets about 3 % wide, independent of order, from which a duration can be
 * removed again.
 */

/** Buckets to an octave; quantiles are right to half a bucket, about 1.6 %. */
const PER_OCTAVE = 32;
const LINEAR = PER_OCTAVE * 2;
const BUCKETS = LINEAR + PER_OCTAVE * 32;

/** Counts per bucket, and how many durations there are in all. */
export interface DurationHistogram {
  buckets: Uint32Array;
  count: number;
}

/** A histogram without durations. */
export function createHistogram(): DurationHistogram {
  return { buckets: new Uint32Array(0), count: 0 };
}

/** Adds (`sign` 1) or removes (-1) a duration in milliseconds. */
export function addDuration(durations: DurationHistogram, ms: number, sign: 1 | -1): void {
  const bucket = bucketOf(ms);
  if (bucket >= durations.buckets.length) {
    const grown = new Uint32Array(Math.min(BUCKETS, Math.ceil((bucket + 1) / LINEAR) * LINEAR));
    grown.set(durations.buckets);
    durations.buckets = grown;
  }
  durations.buckets[bucket] = (durations.buckets[bucket] ?? 0) + sign;
  durations.count += sign;
}

/** The duration in milliseconds below which a share `q` (0 to 1) lies; null without any. */
export function quantile(durations: DurationHistogram | null, q: number): number | null {
  if (durations === null || durations.count === 0) return null;
  let left = Math.max(1, Math.ceil(q * durations.count));
  for (let bucket = 0; bucket < durations.buckets.length; bucket += 1) {
    left -= durations.buckets[bucket] ?? 0;
    if (left <= 0) return middle(bucket);
  }
  return null;
}

/** Milliseconds below 64 have a bucket each; above, an octave has 32. */
function bucketOf(ms: number): number {
  const whole = Math.max(0, Math.floor(ms));
  if (whole < LINEAR) return whole;
  const octave = Math.min(31, Math.floor(Math.log2(whole)) - 5);
  return Math.min(BUCKETS - 1, octave * PER_OCTAVE + Math.floor(whole / 2 ** octave));
}

function middle(bucket: number): number {
  if (bucket < LINEAR) return bucket;
  const octave = Math.floor(bucket / PER_OCTAVE) - 1;
  return (bucket - octave * PER_OCTAVE + 0.5) * 2 ** octave;
}
