/** Jump table: pairs of nodes that traces went between without a path; bounded, the quietest is
 * evicted first.
 */

/** A move between two nodes (indices) that no edge joins. */
export interface Jump {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  /** Latest occurrence, milliseconds since 1970. */
  last: number;
}

/** `evicted` pairs have gone; a pair that comes back after that is counted from then. Ids are never
 * used twice.
 */
export interface JumpTable {
  readonly limit: number;
  readonly byId: Map<number, Jump>;
  readonly byPair: Map<string, Jump>;
  next: number;
  evicted: number;
}

/** A table of at most `limit` jumps. */
export function createJumps(limit: number): JumpTable {
  return { limit, byId: new Map(), byPair: new Map(), next: 0, evicted: 0 };
}

/** The jump's id, made if the pair is unknown. `evicted` is the id of the jump that it replaced:
 * that of fewest traces, then the longest quiet.
 */
export function ensureJump(jumps: JumpTable, from: number, to: number, traces: (id: number) => number): { readonly id: number; readonly evicted: number | null } {
  const known = jumps.byPair.get(pairKey(from, to));
  if (known !== undefined) return { id: known.id, evicted: null };
  const quiet = jumps.byId.size < jumps.limit ? null : quietest(jumps, traces);
  if (quiet !== null) {
    dropJump(jumps, quiet);
    jumps.evicted += 1;
  }
  const jump: Jump = { id: jumps.next, from, to, last: 0 };
  jumps.next += 1;
  jumps.byId.set(jump.id, jump);
  jumps.byPair.set(pairKey(from, to), jump);
  return { id: jump.id, evicted: quiet };
}

/** Notes when a jump was made. */
export function touchJump(jumps: JumpTable, id: number, at: number): void {
  const jump = jumps.byId.get(id);
  if (jump !== undefined && at > jump.last) jump.last = at;
}

/** Forgets a jump. */
export function dropJump(jumps: JumpTable, id: number): void {
  const jump = jumps.byId.get(id);
  if (jump === undefined) return;
  jumps.byId.delete(id);
  jumps.byPair.delete(pairKey(jump.from, jump.to));
}

/** The key of a pair of node indices. */
export function pairKey(from: number, to: number): string {
  return `${from}>${to}`;
}

function quietest(jumps: JumpTable, traces: (id: number) => number): number | null {
  let quiet: { id: number; traces: number; last: number } | null = null;
  for (const jump of jumps.byId.values()) {
    const count = traces(jump.id);
    if (quiet === null || count < quiet.traces || (count === quiet.traces && jump.last < quiet.last)) quiet = { id: jump.id, traces: count, last: jump.last };
  }
  return quiet?.id ?? null;
}
