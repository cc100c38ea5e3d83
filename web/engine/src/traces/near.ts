/** Near misses per node: how often an event would have lit it but for a reason, as the reducer tells. */

/** Nodes and reasons kept; beyond them only the node's count goes on. */
const NODES = 1000;
const REASONS = 5;

export interface NearNode {
  count: number;
  readonly reasons: Map<string, number>;
}

/** By node uuid. */
export type Near = Map<string, NearNode>;

/** Counts one near miss of `node`. */
export function missed(near: Near, node: string, reason: string): void {
  let entry = near.get(node);
  if (entry === undefined) {
    if (near.size >= NODES) return;
    near.set(node, (entry = { count: 0, reasons: new Map() }));
  }
  entry.count += 1;
  const known = entry.reasons.get(reason);
  if (known !== undefined || entry.reasons.size < REASONS) entry.reasons.set(reason, (known ?? 0) + 1);
}

/** The commonest reason at a node, with how often; null without near misses. */
export function nearest(near: Near, node: string): { readonly reason: string; readonly count: number } | null {
  let best: { reason: string; count: number } | null = null;
  for (const [reason, count] of near.get(node)?.reasons ?? []) if (best === null || count > best.count) best = { reason, count };
  return best;
}
