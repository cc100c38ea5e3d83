/** What a host holds of a session: its methods, and what it gives to it. */
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { EngineHost } from "./engineHost.ts";
import type { LightSource } from "./light.ts";
import type { Source } from "./source.ts";
import type { LogSource } from "./sources/log.ts";
import type { RealtimeState } from "./state.ts";
import type { ConnectionStatus } from "./transport/transport.ts";

/** A name that was bound to a node, as DagNet would write it into the event's definition. */
export interface Mapping {
  /** The event's name, as Segment sends it. */
  readonly name: string;
  /** The node's uuid and id, and the id of its event; "" if the node has none. */
  readonly node: string;
  readonly nodeId: string;
  readonly eventId: string;
}

export interface RealtimeOptions {
  /** From `graphFrom`, or as the server sends it. */
  readonly graph: Graph;
  readonly source: Source | LogSource;
  /** Called for each `bind`, so that the host can write the definition itself. */
  onBind?(mapping: Mapping): void;
}

/** One graph's session. Nothing here throws or rejects: what goes wrong stands in `state.why`. */
export interface Realtime {
  /** The light of nodes, at every frame; for a renderer. */
  readonly light: LightSource;
  /** The latest summary; another object whenever it changes, at most four times a second. */
  readonly state: RealtimeState;
  /** Calls back after each change of `state`; returns how to stop. */
  subscribe(listener: () => void): () => void;
  /** Begins a session. Counts of an earlier one are gone. */
  on(): Promise<void>;
  /** Ends the session; what was collected stays until the next On. */
  off(): Promise<void>;
  /** Holds the picture; what comes meanwhile waits. A log stops playing. */
  pause(): void;
  /** Shows what waited at speed, then the present; called again meanwhile, jumps to now. */
  resume(): void;
  /** Counts anew from now on. */
  clear(): void;
  /** Takes the last `clear` back. */
  undo(): void;
  /** Follows the trace of this token, beside those that are followed. */
  follow(token: string): void;
  /** Lets a followed trace go; all of them without a token. */
  unfollow(token?: string): void;
  /** Shows only events that pass; "" shows all. What is wrong with it stands in `state.filter`. */
  filter(text: string): void;
  /** Has events of this name light the node (uuid) in this session, and those since On. Returns
   * false if the graph has no such node, or the name is bound already.
   */
  bind(name: string, node: string): boolean;
  /** Ends a binding for events to come. */
  unbind(name: string): void;
  /** Shows the edited graph: the session, its counts and traces go on. A node whose binding has
   * changed counts anew from the events that are held; see `since` in `state.nodes`. A graph of
   * another name keeps the session, too: a server counts it anew since On, as far as its log holds.
   */
  update(graph: Graph): void;
  /** What a log that plays can do beside; null for every other source, and while Off. */
  readonly replay: ReplayControls | null;
}

/** Controls of a log that plays; times are the log's, milliseconds since 1970. */
export interface ReplayControls {
  seek(at: number): void;
  /** Shows the next event, and holds. */
  step(): void;
  /** Times as fast as it happened. */
  setSpeed(speed: number): void;
}

/** What our own components read of a session beside its summary; hosts have no need of it. */
export interface SessionInside {
  /** Null until it is loaded, with the first On. */
  readonly engine: EngineHost | null;
  readonly graph: Graph;
  readonly session: string | null;
  readonly connection: ConnectionStatus;
}

/** Where a session has its `SessionInside`: a registered symbol, since the package's entries are
 * built apart.
 */
const INSIDE = Symbol.for("dagnet-realtime.inside");

/** Has `realtime` give what `read` returns to our own components. */
export function exposeInside(realtime: object, read: () => SessionInside): void {
  Object.defineProperty(realtime, INSIDE, { value: read });
}

/** What is inside a session that `realtime()` made. Throws for anything else. */
export function insideOf(realtime: object): SessionInside {
  const read = (realtime as { readonly [INSIDE]?: () => SessionInside })[INSIDE];
  if (read === undefined) throw new TypeError("this component needs a session that `realtime()` of the same package made");
  return read();
}

export const NO_GRAPH: Graph = { name: "", file: "", version: "", title: "", nodes: [], edges: [], postits: [], containers: [], listens: [], warnings: [] };

/** Calls the host's own code: its errors are its own, and are reported as such. */
export function reportOwn(run: () => void): void {
  try {
    run();
  } catch (error) {
    reportError(error);
  }
}

/** What was wrong, for people. */
export function sentence(error: unknown): string {
  return error instanceof Error && error.message !== "" ? error.message : "Something went wrong in this page.";
}
