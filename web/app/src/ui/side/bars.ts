/** Where the steps of a trace lie on its time axis, in per cent of the whole; each bar reaches back to the step before. */

export interface Bars {
  /** Milliseconds from the first step to the last. */
  readonly whole: number;
  readonly marks: readonly { readonly left: number; readonly right: number }[];
}

/** `times` in order, milliseconds; all at one moment lie at the left. */
export function barsOf(times: readonly number[]): Bars {
  const first = times[0] ?? 0;
  const whole = Math.max(0, (times.at(-1) ?? first) - first);
  const place = (at: number): number => (whole === 0 ? 0 : Math.min(100, Math.max(0, ((at - first) / whole) * 100)));
  return { whole, marks: times.map((at, index) => ({ left: place(index === 0 ? at : Math.min(at, times[index - 1] ?? at)), right: place(at) })) };
}

/** Where the time that a step took is written: after its bar, before it, or upon it. */
export type Beside = "after" | "before" | "upon";

/** Per cent of the narrowest axis, 130 px: one letter of 11 px, and the air beside a bar. */
const LETTER = 5.2;
const AIR = 7;

/** Beside the bar from `left` to `right` (per cent) where a text of so many letters has room, the right side first. */
export function besideOf(left: number, right: number, letters: number): Beside {
  const wide = letters * LETTER + AIR;
  if (right + wide <= 100) return "after";
  return left >= wide ? "before" : "upon";
}
