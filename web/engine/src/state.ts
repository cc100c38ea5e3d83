/** What the engine holds: the watch session, and what it has accumulated since On (or since Clear). */
import { type Clock, createClock } from "./clock.ts";
import type { Doors } from "./doors.ts";
import { EVERYTHING, type ViewFilter } from "./filter.ts";
import { createHeld, type Held } from "./held.ts";
import type { Connection, LaneName } from "./input.ts";
import { createKept, type Kept } from "./kept.ts";
import { createTable, type Table } from "./matching.ts";
import type { Problem } from "./problem.ts";
import type { Bounds } from "./traces/types.ts";
import type { Graph, Posture } from "./wire.gen.ts";

/** Bounds; each counts things of its name unless said otherwise. */
export interface Options {
  /** Events in the ring. */
  readonly ring: number;
  /** Bytes of the ring, about: reached before the number only where events are large. */
  readonly ringBytes: number;
  /** Message ids remembered for dedupe. */
  readonly seen: number;
  /** Unmapped names counted apart; the rest count as other. */
  readonly unmapped: number;
  /** Events waiting while paused. */
  readonly held: number;
  /** Names counted in frames of the session log that are kept apart; older frames are summed. */
  readonly log: number;
  /** Nodes counted, those of the graph included. */
  readonly nodes: number;
  readonly traces: Partial<Bounds>;
}

export const OPTIONS: Options = { ring: 20_000, ringBytes: 64 * 2 ** 20, seen: 100_000, unmapped: 200, held: 20_000, log: 60_000, nodes: 5000, traces: {} };

/** Moved, not shared: `reduce` may write into the state that it is given. `revision` grows with every input. */
export interface State {
  readonly options: Options;
  revision: number;
  /** The lanes that are on; none is Off. What was collected stays until the next On. */
  lanes: LaneName[];
  session: string;
  startedAt: number;
  graph: Graph | null;
  table: Table;
  /** Where the remote lane stands; "" before the first hello. */
  position: string;
  /** Lives of the log since On, as far as gaps of unknown size tell. */
  lives: number;
  /** Positions passed lately: a frame from one of them is a repeat. */
  passed: string[];
  /** Set where a frame did not begin where the engine stands: ask again after this position. */
  needs: string | null;
  /** Positions that a replay has passed, with where the line that began there ended; "" if none that told of events did. */
  replayed: Map<string, string>;
  /** Set where the server's graph is another version than the one held: load it and give it as `graph`. */
  wantsGraph: string | null;
  connection: Connection;
  connectionSince: number;
  lastFrameAt: number | null;
  bye: { readonly at: number; readonly reason: string; readonly retryAfter: number | null } | null;
  posture: Posture | null;
  sampling: number;
  /** The lowest threshold since On: below 1 some traces were thinned. */
  threshold: number;
  /** When a frame was first thinned since On, and since when the posture is what it is. */
  thinnedAt: number | null;
  imposedAt: number;
  doors: Doors;
  clock: Clock;
  held: Held;
  filterText: string;
  filterProblem: Problem | null;
  filter: ViewFilter;
  /** Unmapped names that the viewer bound to a node (uuid). */
  binds: Map<string, string>;
  follows: string[];
  /** Frames that were repeats, and frames that did not fit. */
  repeats: number;
  misfits: number;
  kept: Kept;
  /** What Clear took away, for one Undo. */
  undo: Kept | null;
}

/** A state before any On. */
export function initial(options: Partial<Options> = {}): State {
  const bounds: Options = { ...OPTIONS, ...options };
  return {
    options: bounds, revision: 0, lanes: [], session: "", startedAt: 0, graph: null, table: createTable([]), position: "", lives: 0, passed: [], needs: null, replayed: new Map(),
    wantsGraph: null, connection: "off", connectionSince: 0, lastFrameAt: null, bye: null, posture: null, sampling: 1, threshold: 1, thinnedAt: null, imposedAt: 0, doors: new Map(),
    clock: createClock(), held: createHeld(), filterText: "", filterProblem: null, filter: EVERYTHING, binds: new Map(), follows: [],
    repeats: 0, misfits: 0, kept: createKept(bounds, null, 0), undo: null,
  };
}
