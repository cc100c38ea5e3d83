/** What one accumulation keeps: counts, lights, the ring, what is unmapped, the ledger, the session log and the traces. */
import { createMissed, createSums, type Missed, type Sums } from "./ledger.ts";
import { createLight, type Light } from "./light.ts";
import { createLog, type Log, type Logged, write } from "./log.ts";
import { createRing, type Ring, rowAt } from "./ring.ts";
import { createSeen, inherit, LOCAL, type Seen } from "./seen.ts";
import type { Options, State } from "./state.ts";
import { createTally, type Tally } from "./tally.ts";
import { createTraces } from "./traces/traces.ts";
import type { Traces } from "./traces/types.ts";
import { createUnmapped, type Unmapped } from "./unmapped.ts";
import { createView, type View } from "./view.ts";
import type { Graph } from "./wire.gen.ts";
import { createWindow, type Window } from "./window.ts";

export interface Kept {
  readonly since: number;
  /** Every event, whatever it lit. */
  readonly total: Light;
  /** Events that lit a node. */
  readonly mapped: Tally;
  readonly sparkline: Window;
  readonly nodes: Map<string, Light>;
  unmapped: Unmapped;
  readonly ring: Ring;
  readonly seen: Seen;
  sums: Sums;
  readonly missed: Missed;
  /** Carried events heard before on the same lane. */
  duplicates: number;
  readonly log: Log;
  view: View;
  traces: Traces | null;
}

/** One minute in seconds. */
const SPARKLINE = 60;

/** An empty accumulation that begins at `since`; one that follows a Clear still knows which messages were heard before it.
 * `start` is the number of its first row. */
export function createKept(options: Options, graph: Graph | null, since: number, before: Kept | null = null, start = before?.ring.end): Kept {
  return {
    since, total: createLight(), mapped: createTally(), sparkline: createWindow(1000, SPARKLINE), nodes: new Map(), unmapped: createUnmapped(),
    ring: createRing(options.ring, options.ringBytes, start), seen: before === null ? createSeen(options.seen) : inherit(before.seen), sums: createSums(), missed: createMissed(),
    duplicates: 0, log: createLog(), view: createView(), traces: graph === null ? null : createTraces(graph, options.traces),
  };
}

/** The state with the accumulation that holds a row: the one before Clear, if the row came then, else the one of now. */
export function holding(state: State, row: number): State {
  return state.undo !== null && row < state.kept.ring.start && rowAt(state.undo.ring, row) !== null ? { ...state, kept: state.undo } : state;
}

/** Writes into the session log. */
export function logged(kept: Kept, entry: Logged, most: number): void {
  write(kept.log, entry, most, (row) => rowAt(kept.ring, row)?.lanes === LOCAL);
}

/** The light of a node, made when first asked for; null beyond `most` nodes. */
export function lightOf(nodes: Map<string, Light>, node: string, most: number): Light | null {
  let light = nodes.get(node);
  if (light === undefined) {
    if (nodes.size >= most) return null;
    light = createLight();
    nodes.set(node, light);
  }
  return light;
}
