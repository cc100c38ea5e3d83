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

// How bright something is: its tally, its heat (a decaying average of hits a second), its printed
// rate and when it last fired.

/** The time in which heat halves. Short enough to follow the eye, long enough to bridge single
 * events.
 */
export const HALF_LIFE_MS = 1500;
/** The rate, hits a second, at which a node is fully lit. */
export const FULL_RATE = 200;
/** How brightly one single event glows, and the time in which that halves. */
export const SINGLE_EVENT_GLOW = 0.45;
export const GLOW_HALF_LIFE_MS = 4000;
/** The printed rate slides over 10 s, in steps of half a second. */
const RATE_BUCKET_MS = 500;
const RATE_BUCKETS = 20;

/** What a node has fired: counts, a rate window, and a heat that decays from `heatAt`. */
export interface Activity extends DualCounter {
  heat: number;
  heatAt: number;
  /** When it last fired, by the viewer's clock; null for never. */
  lastAt: number | null;
  readonly window: RateWindow;
}

/** The activity of a node that has never fired. */
export function createActivity(): Activity {
  return { ...createDualCounter(), heat: 0, heatAt: 0, lastAt: null, window: createRateWindow(RATE_BUCKET_MS, RATE_BUCKETS) };
}

/** Adds `n` hits at `at`, which may lie in the past, to heat, rate and recency (the tally is
 * counted apart).
 */
export function recordHits(activity: Activity, at: number, n: number): void {
  if (n <= 0) return;
  const since = Math.max(0, activity.heatAt - at);
  activity.heat = heatAt(activity, at) + (n * Math.LN2 * 1000 * 2 ** (-since / HALF_LIFE_MS)) / HALF_LIFE_MS;
  activity.heatAt = Math.max(activity.heatAt, at);
  activity.lastAt = Math.max(activity.lastAt ?? at, at);
  addToWindow(activity.window, at, n);
}

/** Removes one hit of `at` from heat and rate; `before` is when the node last fired without it. */
export function removeHit(activity: Activity, at: number, before: number | null): void {
  activity.heat = Math.max(0, activity.heat - (Math.LN2 * 1000 * 2 ** (-Math.max(0, activity.heatAt - at) / HALF_LIFE_MS)) / HALF_LIFE_MS);
  if (activity.lastAt === at) activity.lastAt = before;
  removeFromWindow(activity.window, at);
}

/** The decaying average at `at`, hits a second. */
export function heatAt(activity: Activity, at: number): number {
  return activity.heat * 2 ** (-Math.max(0, at - activity.heatAt) / HALF_LIFE_MS);
}

/** 0 to 1, logarithmic in the rate. */
export function levelOf(heat: number): number {
  return Math.min(1, Math.log1p(heat) / Math.log1p(FULL_RATE));
}

/** 0 to 1: the level, or the fading glow of the last event if that is brighter. */
export function glowOf(level: number, age: number | null): number {
  return age === null ? level : Math.max(level, SINGLE_EVENT_GLOW * 2 ** (-Math.max(0, age) / GLOW_HALF_LIFE_MS));
}

/** 0 to 5 for a level of 0 to 1. Anything above nothing shows at least 1. */
export function heatStep(level: number): 0 | 1 | 2 | 3 | 4 | 5 {
  return level <= 0.004 ? 0 : (Math.min(5, Math.max(1, Math.ceil(level * 5 - 1e-9))) as 1 | 2 | 3 | 4 | 5);
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
  return STRONGEST - (STRONGEST - WEAKEST) * levelOf(Math.max(0, heat));
}

/** Removes pulses that began more than a second ago, and nodes whose interval has passed. */
function expire(flashes: FlashLimiter, now: number): void {
  while (flashes.begun[0] !== undefined && now - flashes.begun[0].at > SECOND_MS) flashes.area -= flashes.begun.shift()?.area ?? 0;
  if (flashes.begun.length === 0) flashes.area = 0;
  if (flashes.last.size < REMEMBERED) return;
  for (const [node, last] of flashes.last) if (now - last >= NODE_INTERVAL_MS) flashes.last.delete(node);
}
