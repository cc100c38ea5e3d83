/** Activity of a node: exact counts over two lanes, decaying heat, rates, and the flash limit. */

/** Counts over the last seconds in equal buckets; rates and sparklines are made of them. */
export interface RateWindow {
  /** Milliseconds that one bucket covers. */
  readonly width: number;
  readonly slots: Uint32Array;
  /** The number of the newest bucket written: floor(at / width). */
  head: number;
}

/** A window of `slots` buckets of `width` milliseconds each. */
export function createRateWindow(width: number, slots: number): RateWindow {
  return { width, slots: new Uint32Array(slots), head: -1 };
}

/** Counts `n` at time `at`. What is older than the window is not counted; time may run backwards
 * within it.
 */
export function addToWindow(window: RateWindow, at: number, n: number): void {
  const { slots } = window;
  const bucket = Math.floor(at / window.width);
  if (bucket > window.head) {
    if (window.head < 0 || bucket - window.head >= slots.length) slots.fill(0);
    else for (let b = window.head + 1; b <= bucket; b++) slots[b % slots.length] = 0;
    window.head = bucket;
  }
  if (bucket < 0 || bucket <= window.head - slots.length) return;
  slots[bucket % slots.length] = (slots[bucket % slots.length] ?? 0) + n;
}

/** Removes one count of `at`, if the window still covers it. */
export function removeFromWindow({ width, slots, head }: RateWindow, at: number): void {
  const bucket = Math.floor(at / width);
  const slot = bucket % slots.length;
  if (bucket >= 0 && bucket <= head && bucket > head - slots.length) slots[slot] = Math.max(0, (slots[slot] ?? 0) - 1);
}

/** The count of each bucket at `at`, oldest first. */
export function windowBuckets(window: RateWindow, at: number): number[] {
  const { slots } = window;
  const last = Math.floor(at / window.width);
  return Array.from(slots, (_, i) => {
    const bucket = last - slots.length + 1 + i;
    const covered = bucket >= 0 && bucket <= window.head && bucket > window.head - slots.length;
    return covered ? (slots[bucket % slots.length] ?? 0) : 0;
  });
}

/** Counts a second over the window at `at`, or since `since` if that is shorter (at least one
 * second).
 */
export function windowRate(window: RateWindow, at: number, since: number): number {
  const { slots } = window;
  const last = Math.floor(at / window.width);
  let sum = 0;
  for (let bucket = Math.max(0, last - slots.length + 1); bucket <= last; bucket++)
    if (bucket <= window.head && bucket > window.head - slots.length) sum += slots[bucket % slots.length] ?? 0;
  if (sum === 0) return 0;
  const covered = (slots.length - 1) * window.width + (at % window.width);
  return (sum * 1000) / Math.max(1000, Math.min(covered, at - since));
}

/** Counts one thing across lanes, so that an event that both lanes carry counts once.
 *
 * `remote` is exact: the server counted it. A hit that this browser's tap heard first is `waiting`
 * for its remote twin; each remote hit that can be the twin (its `messageId` was carried, or it
 * was counted but not carried) ends one wait. What is shown is `remote + waiting`: never less than
 * either lane alone, never more than both together.
 */
export interface DualCounter {
  remote: number;
  local: number;
  pendingLocal: number;
}

/** A counter at zero. */
export function createDualCounter(): DualCounter {
  return { remote: 0, local: 0, pendingLocal: 0 };
}

/** The count to show: the union of the lanes. */
export function displayed(tally: DualCounter): number {
  return tally.remote + tally.pendingLocal;
}

/** Counts a local hit; it waits unless its remote twin came before it. */
export function countLocal(tally: DualCounter, twinCame: boolean): void {
  tally.local += 1;
  if (!twinCame) tally.pendingLocal += 1;
}

/** Removes a local hit that belongs to another message. A hit whose remote twin has come stays
 * counted by the remote lane.
 */
export function uncountLocal(tally: DualCounter): void {
  tally.local = Math.max(0, tally.local - 1);
  tally.pendingLocal = Math.max(0, tally.pendingLocal - 1);
}

/** Counts `n` remote hits: `twins` were carried and had come from the tap before, `uncarried` are
 * known by count alone. Returns how many of the `n` are new to the view.
 */
export function countRemote(tally: DualCounter, n: number, twins: number, uncarried: number): number {
  tally.remote += n;
  tally.pendingLocal -= Math.min(tally.pendingLocal, twins);
  const released = Math.min(tally.pendingLocal, uncarried);
  tally.pendingLocal -= released;
  return Math.max(0, n - twins - released);
}

// How bright something is: its tally, its heat (a decaying average of hits a second), the steadier
// rate that levels are made of, its printed rate and when it last fired.

/** The time in which heat halves. Short enough to follow the eye, long enough to bridge single
 * events.
 */
export const HALF_LIFE_MS = 1500;
/** The rate, hits a second, at which a pulse is weakest. */
export const FULL_RATE = 200;
/** How brightly one single event glows, and the time in which that halves. */
export const SINGLE_EVENT_GLOW = 0.45;
export const GLOW_HALF_LIFE_MS = 4000;
/** The printed rate slides over 10 s, in steps of half a second. */
const RATE_BUCKET_MS = 500;
const RATE_BUCKETS = 20;
/** From this heat on it is a rate by itself; below it the gaps between hits say more. */
const HEAT_SPEAKS = 4;
/** Hits that a mean gap is taken over. */
const GAPS = 8;

/** What a node has fired: counts, a rate window, and a heat that decays from `heatAt`. */
export interface Activity extends DualCounter {
  heat: number;
  heatAt: number;
  /** The mean time between the last hits, in milliseconds, and of how many it is (at most GAPS). */
  gap: number;
  gaps: number;
  /** When it last fired, by the viewer's clock; null for never. */
  lastAt: number | null;
  readonly window: RateWindow;
  /** The scale that its rates belong to; null for none. */
  readonly scale: HeatScale | null;
}

/** The activity of a node that has never fired. */
export function createActivity(scale: HeatScale | null = null): Activity {
  return { ...createDualCounter(), heat: 0, heatAt: 0, gap: 0, gaps: 0, lastAt: null, window: createRateWindow(RATE_BUCKET_MS, RATE_BUCKETS), scale };
}

/** Adds `n` hits at `at`, which may lie in the past, to heat, rate and recency (the tally is
 * counted apart).
 */
export function recordHits(activity: Activity, at: number, n: number): void {
  if (n <= 0) return;
  const since = Math.max(0, activity.heatAt - at);
  activity.heat = heatAt(activity, at) + (n * Math.LN2 * 1000 * 2 ** (-since / HALF_LIFE_MS)) / HALF_LIFE_MS;
  activity.heatAt = Math.max(activity.heatAt, at);
  if (activity.lastAt !== null) {
    const gap = Math.max(0, at - activity.lastAt) / n;
    const kept = activity.gaps < GAPS ? activity.gaps / (activity.gaps + n) : (1 - 1 / GAPS) ** n;
    activity.gap = gap + (activity.gap - gap) * kept;
    activity.gaps = Math.min(GAPS, activity.gaps + n);
  }
  activity.lastAt = Math.max(activity.lastAt ?? at, at);
  addToWindow(activity.window, at, n);
  if (activity.scale !== null && at >= activity.lastAt) raiseScale(activity.scale, at, steadyRate(activity, at));
}

/** Removes one hit of `at` from heat and rate; `before` is when the node last fired without it. The
 * mean gap forgets it by itself.
 */
export function removeHit(activity: Activity, at: number, before: number | null): void {
  activity.heat = Math.max(0, activity.heat - (Math.LN2 * 1000 * 2 ** (-Math.max(0, activity.heatAt - at) / HALF_LIFE_MS)) / HALF_LIFE_MS);
  if (activity.lastAt === at) activity.lastAt = before;
  removeFromWindow(activity.window, at);
}

/** The decaying average at `at`, hits a second. */
export function heatAt(activity: Activity, at: number): number {
  return activity.heat * 2 ** (-Math.max(0, at - activity.heatAt) / HALF_LIFE_MS);
}

/** Hits a second at `at`, as levels show it. Heat follows the eye, but between the events of a slow
 * node it says nothing: one event looks like half an event a second, and then like none. So below
 * four a second the mean gap of the last eight hits counts the more, the less heat there is; a gap
 * that is open and more than twice as long counts instead. A first event is no rate yet. A node
 * that falls silent is dark after 40 s at the latest.
 */
export function steadyRate(activity: Activity, at: number): number {
  const heat = heatAt(activity, at);
  if (heat >= HEAT_SPEAKS) return heat;
  const slow = activity.lastAt === null || activity.gaps === 0 ? 0 : Math.min(HEAT_SPEAKS, 1000 / Math.max(1, activity.gap, (at - activity.lastAt) / 2));
  return slow + (heat - slow) * (heat / HEAT_SPEAKS);
}

// The scale of a graph at a moment: from LEAST_RATE to the largest rate of the last minute.

/** The rate, hits a second, at which a level begins. */
export const LEAST_RATE = 0.05;
/** The least upper end of a scale. */
const LEAST_TOP = 1;
/** A rate holds the upper end up for a minute, and lets it down over half a minute. */
const HOLD_MS = 60_000;
const SHRINK_MS = 30_000;
const PEAK_MS = 5000;
const PEAKS = (HOLD_MS + SHRINK_MS) / PEAK_MS + 1;

/** The largest rate in each of the last spans of 5 s. */
export interface HeatScale {
  readonly peaks: Float64Array;
  /** The number of the newest span written: floor(at / PEAK_MS). */
  head: number;
}

/** A scale before any hit. */
export function createHeatScale(): HeatScale {
  return { peaks: new Float64Array(PEAKS), head: -1 };
}

function raiseScale(scale: HeatScale, at: number, rate: number): void {
  const { peaks } = scale;
  const span = Math.floor(at / PEAK_MS);
  if (span > scale.head) {
    if (scale.head < 0 || span - scale.head >= PEAKS) peaks.fill(0);
    else for (let one = scale.head + 1; one <= span; one++) peaks[one % PEAKS] = 0;
    scale.head = span;
  }
  if (span < 0 || span <= scale.head - PEAKS) return;
  peaks[span % PEAKS] = Math.max(peaks[span % PEAKS] ?? 0, rate);
}

/** The upper end of a scale at `at`, hits a second: it grows at once, stands for a minute, and
 * shrinks evenly on the logarithmic scale, so that the picture does not breathe.
 */
export function topRate({ peaks, head }: HeatScale, at: number): number {
  let top = LEAST_TOP;
  for (let span = Math.max(0, head - PEAKS + 1); span <= head; span++) {
    const peak = peaks[span % PEAKS] ?? 0;
    if (peak <= top) continue;
    const over = (at - (span + 1) * PEAK_MS - HOLD_MS) / SHRINK_MS;
    top = Math.max(top, peak ** (1 - Math.min(1, Math.max(0, over))));
  }
  return top;
}

/** 0 to 1: where a rate stands on the logarithmic scale that ends at `top`. */
export function levelOf(rate: number, top: number): number {
  return rate <= LEAST_RATE ? 0 : Math.min(1, Math.log(rate / LEAST_RATE) / Math.log(Math.max(LEAST_TOP, top) / LEAST_RATE));
}

/** 0 to 1: the level, and on top of it the fading glow of the last event, so that of two nodes with
 * a fresh event the busier one is the brighter one. Never less than that event's glow alone.
 */
export function glowOf(level: number, age: number | null): number {
  if (age === null) return level;
  const single = SINGLE_EVENT_GLOW * 2 ** (-Math.max(0, age) / GLOW_HALF_LIFE_MS);
  return Math.max(single, level + single * (1 - level) ** 2);
}

/** Steps of heat that can be told apart on screen. */
export const HEAT_STEPS = 8;

/** 0 to HEAT_STEPS for a level of 0 to 1. Anything above nothing shows at least 1. */
export function heatStep(level: number): number {
  return level > 0 ? Math.min(HEAT_STEPS, Math.max(1, Math.ceil(level * HEAT_STEPS - 1e-9))) : 0;
}

// Flash limiter: no node and no group of nodes flashes more than WCAG 2.3.1 allows, even in heavy
// traffic. A node pulses at most once in 400 ms (2.5 a second). Pulses that begin within one second
// together cover at most the area that WCAG calls small and safe; every further pulse is so faint
// (a change below a tenth of full luminance) that it is no flash.

/** Least time between two pulses of one node, in milliseconds. */
export const NODE_INTERVAL_MS = 400;
/** A quarter of any 10° of sight at the usual distance: a quarter of 341 × 256 CSS pixels. */
export const SAFE_AREA = 21_824;
/** Area of one pulse at zoom 1, in CSS pixels squared: the 14 px that it grows around a node's
 * card, two pixels wide, and its halo.
 */
export const PULSE_AREA = 1000;
/** Strength of a pulse that must not count as a flash. */
export const FAINT = 0.09;
const STRONGEST = 0.9;
const WEAKEST = 0.25;
const SECOND_MS = 1000;
/** Nodes remembered before those whose interval has passed are removed. */
const REMEMBERED = 2048;

/** When each node last pulsed, and the pulses of the last second over all nodes. */
export interface FlashLimiter {
  readonly last: Map<string, number>;
  /** Pulses at full strength of the last second, oldest first, and the area they cover. */
  readonly begun: { readonly at: number; readonly area: number }[];
  area: number;
  now: number;
}

/** A limiter before any pulse. */
export function createFlashLimiter(): FlashLimiter {
  return { last: new Map(), begun: [], area: 0, now: -Infinity };
}

/** Strength of a pulse around `node` at `at` (milliseconds, never running backwards) with `heat`
 * hits a second: 0.25 to 0.9, FAINT for a pulse beyond the safe area, 0 for none. A brief rise of
 * the halo uses the same strength. `area` is what the pulse covers on screen in CSS pixels
 * squared: it grows with zoom.
 */
export function allowFlash(flashes: FlashLimiter, node: string, at: number, heat: number, area = PULSE_AREA): number {
  const now = Math.max(at, flashes.now);
  flashes.now = now;
  const last = flashes.last.get(node);
  if (last !== undefined && now - last < NODE_INTERVAL_MS) return 0;
  expire(flashes, now);
  flashes.last.set(node, now);
  if (!(area >= 0) || flashes.area + area > SAFE_AREA) return FAINT;
  flashes.begun.push({ at: now, area });
  flashes.area += area;
  return STRONGEST - (STRONGEST - WEAKEST) * Math.min(1, Math.log1p(Math.max(0, heat)) / Math.log1p(FULL_RATE));
}

/** Removes pulses that began more than a second ago, and nodes whose interval has passed. */
function expire(flashes: FlashLimiter, now: number): void {
  while (flashes.begun[0] !== undefined && now - flashes.begun[0].at > SECOND_MS) flashes.area -= flashes.begun.shift()?.area ?? 0;
  if (flashes.begun.length === 0) flashes.area = 0;
  if (flashes.last.size < REMEMBERED) return;
  for (const [node, last] of flashes.last) if (now - last >= NODE_INTERVAL_MS) flashes.last.delete(node);
}
