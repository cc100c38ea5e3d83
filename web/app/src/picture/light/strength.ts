/** How strongly a ring leaves its node: strong when events are rare, faint when the level already says it. */

/** Strength at rest and at 200 events a second. */
export const STRONG = 0.9;
export const FAINT = 0.25;

/** 0.9 falling to 0.25, logarithmic in the rate (events a second). */
export function ringStrength(rate: number): number {
  const part = Math.min(1, Math.log1p(Math.max(0, rate)) / Math.log1p(200));
  return STRONG - (STRONG - FAINT) * part;
}

/** The step of heat, 0 to 5, that border and gauge show for a level of 0 to 1. Anything above nothing shows at least 1. */
export function heatStep(level: number): number {
  return level <= 0.004 ? 0 : Math.min(5, Math.max(1, Math.ceil(level * 5 - 1e-9)));
}
