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

/** The reasons at a node with how often, the commonest first; none without near misses. */
export function reasons(near: Near, node: string): readonly { readonly reason: string; readonly count: number }[] {
  return [...(near.get(node)?.reasons ?? [])].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}

/** The commonest reason at a node, with how often; null without near misses. */
export function nearest(near: Near, node: string): { readonly reason: string; readonly count: number } | null {
  return reasons(near, node)[0] ?? null;
}
