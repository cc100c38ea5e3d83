/** When a node may send a ring: the one rule of flash safety, as the picture asks for it. */

/** Answers whether node `node` may flash at `at` (milliseconds), and remembers it if so. */
export interface FlashRule {
  allow(node: string, at: number): boolean;
}

/** At most 2.5 rings a second and node. */
export const APART_MS = 400;

/** One ring per 400 ms and node. */
export function flashRule(): FlashRule {
  const last = new Map<string, number>();
  return {
    allow(node, at) {
      const before = last.get(node);
      if (before !== undefined && at - before < APART_MS) return false;
      last.set(node, at);
      return true;
    },
  };
}
