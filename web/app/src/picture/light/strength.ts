/** The step of heat that border and gauge show. */

/** 0 to 5 for a level of 0 to 1. Anything above nothing shows at least 1. */
export function heatStep(level: number): number {
  return level <= 0.004 ? 0 : Math.min(5, Math.max(1, Math.ceil(level * 5 - 1e-9)));
}
