/** Counts over the last seconds in a ring of equal buckets: what printed rates and sparklines are made of. */
export interface Window {
  /** Milliseconds that one bucket covers. */
  readonly width: number;
  readonly slots: Uint32Array;
  /** The number of the newest bucket written: floor(at / width). */
  head: number;
}

/** A window of `slots` buckets of `width` milliseconds each. */
export function createWindow(width: number, slots: number): Window {
  return { width, slots: new Uint32Array(slots), head: -1 };
}

/** Counts `n` at time `at`. What is older than the window is not counted; time may run backwards within it. */
export function add(window: Window, at: number, n: number): void {
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

/** Takes one back of what was counted at `at`, as far as the window still holds it. */
export function take({ width, slots, head }: Window, at: number): void {
  const bucket = Math.floor(at / width);
  const slot = bucket % slots.length;
  if (bucket >= 0 && bucket <= head && bucket > head - slots.length) slots[slot] = Math.max(0, (slots[slot] ?? 0) - 1);
}

/** What each bucket holds, oldest first, as the window stands at `at`. */
export function buckets(window: Window, at: number): number[] {
  const { slots } = window;
  const last = Math.floor(at / window.width);
  return Array.from(slots, (_, i) => {
    const bucket = last - slots.length + 1 + i;
    const held = bucket >= 0 && bucket <= window.head && bucket > window.head - slots.length;
    return held ? (slots[bucket % slots.length] ?? 0) : 0;
  });
}

/** Counts a second over the window at `at`, or since `since` where that is shorter (at least one second). */
export function rate(window: Window, at: number, since: number): number {
  const { slots } = window;
  const last = Math.floor(at / window.width);
  let sum = 0;
  for (let bucket = Math.max(0, last - slots.length + 1); bucket <= last; bucket++)
    if (bucket <= window.head && bucket > window.head - slots.length) sum += slots[bucket % slots.length] ?? 0;
  if (sum === 0) return 0;
  const covered = (slots.length - 1) * window.width + (at % window.width);
  return (sum * 1000) / Math.max(1000, Math.min(covered, at - since));
}
