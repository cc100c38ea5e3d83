/** What traces have counted for, at nodes, edges and jumps: how often, and how many distinct traces. Everything counted can be taken back. */
import { dwell, gather, type Dwell } from "./dwell.ts";
import { drop, keep, seen, type JumpTable } from "./jumps.ts";
import type { Mark, Trace } from "./types.ts";

/** One node, edge or jump. `inferred` of the `count` were bridged; `gaps` of single-edge steps (or jumps), `bridged` of whole bridged ways. */
export interface Cell {
  count: number;
  traces: number;
  inferred: number;
  gaps: Dwell | null;
  bridged: Dwell | null;
}

/** Keys: a node's index, then `nodes` + an edge's index, then `nodes` + `edges` + a jump's id. */
export interface Counts {
  readonly nodes: number;
  readonly edges: number;
  readonly cells: Map<number, Cell>;
  /** Per node: traces that entered there, and traces that stand there. */
  readonly entries: Int32Array;
  readonly standing: Int32Array;
}

export function createCounts(nodes: number, edges: number): Counts {
  return { nodes, edges, cells: new Map(), entries: new Int32Array(nodes), standing: new Int32Array(nodes) };
}

export function emptyCell(): Cell {
  return { count: 0, traces: 0, inferred: 0, gaps: null, bridged: null };
}

/** Counts a mark's effect for its trace (`sign` 1) or takes it back (-1). */
export function count(counts: Counts, jumps: JumpTable, trace: Trace, mark: Mark, sign: 1 | -1): void {
  for (const node of mark.lit) tally(counts, trace, node, sign);
  if (mark.move === "entry") counts.entries[mark.after.head] = (counts.entries[mark.after.head] ?? 0) + sign;
  else if (mark.move === "step" && mark.route !== null) {
    const inferred = mark.route.edges.length > 1;
    for (const edge of mark.route.edges) {
      const cell = tally(counts, trace, counts.nodes + edge, sign);
      if (inferred) cell.inferred += sign;
      gather(inferred ? (cell.bridged ??= dwell()) : (cell.gaps ??= dwell()), mark.gap, sign);
    }
  } else if (mark.move === "jump") jumped(counts, jumps, trace, mark, sign);
}

/** Moves the trace's standing to where it stands after `trace.stand` changed from `before` (-1: nowhere). */
export function stands(counts: Counts, before: number, after: number): void {
  if (before === after) return;
  if (before >= 0) counts.standing[before] = (counts.standing[before] ?? 0) - 1;
  if (after >= 0) counts.standing[after] = (counts.standing[after] ?? 0) + 1;
}

function jumped(counts: Counts, jumps: JumpTable, trace: Trace, mark: Mark, sign: 1 | -1): void {
  if (sign === 1) {
    const kept = keep(jumps, mark.from, mark.after.head, (id) => counts.cells.get(jumpKey(counts, id))?.traces ?? 0);
    mark.jump = kept.id;
    seen(jumps, kept.id, mark.at);
    if (kept.evicted !== null) counts.cells.delete(jumpKey(counts, kept.evicted));
  } else if (!jumps.byId.has(mark.jump)) return;
  const key = jumpKey(counts, mark.jump);
  const cell = tally(counts, trace, key, sign);
  gather(cell.gaps ??= dwell(), mark.gap, sign);
  if (cell.count > 0) return;
  drop(jumps, mark.jump);
  counts.cells.delete(key);
}

export function jumpKey(counts: Counts, id: number): number {
  return counts.nodes + counts.edges + id;
}

/** One more or one less for `key`, and for the trace's own tally of it, from which distinct traces follow. */
function tally(counts: Counts, trace: Trace, key: number, sign: 1 | -1): Cell {
  let cell = counts.cells.get(key);
  if (cell === undefined) counts.cells.set(key, (cell = emptyCell()));
  cell.count += sign;
  const own = trace.tally ?? new Map<number, number>();
  const before = own.get(key) ?? 0;
  const after = before + sign;
  if (after === 0) own.delete(key);
  else own.set(key, after);
  if (before === 0) cell.traces += 1;
  else if (after === 0) cell.traces -= 1;
  return cell;
}
