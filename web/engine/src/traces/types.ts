/** What traces speak in: the event they are told of, the bounds they keep, and the marks a trace is made of. */
import type { Token } from "../wire.gen.ts";
import type { Counts } from "./counts.ts";
import type { JumpTable } from "./jumps.ts";
import type { Near } from "./near.ts";
import type { Route, Ways } from "./reach.ts";

/** One carried event, with times in milliseconds since 1970 UTC; `at` is when the viewer's clock applied it. */
export interface TraceEvent {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly at: number;
  /** Skew-corrected. */
  readonly occurredAt: number;
  readonly arrivedAt: number;
  /** Its place in the log; Infinity or absent where no log gave it one. */
  readonly order?: number;
  /** Grows with every event that the engine hears. */
  readonly heard?: number;
  /** In the workspace's priority order; without any the event belongs to no trace. */
  readonly tokens: readonly Token[];
  /** uuids of the nodes it lit; none means unmapped. */
  readonly nodes: readonly string[];
  readonly flags: readonly string[];
  /** Nodes it would have lit but for `reason`. */
  readonly near?: readonly { readonly node: string; readonly reason: string }[];
}

/** What is kept, at most. Beyond a bound the quietest goes first and counts stay. */
export interface Bounds {
  /** Traces kept with their steps. */
  readonly traces: number;
  /** Evicted traces of which it is still known where they stand and what they have counted for. */
  readonly stubs: number;
  /** Marks in one trace. */
  readonly steps: number;
  /** Marks in all traces. */
  readonly marks: number;
  readonly joins: number;
  readonly jumps: number;
  /** Identifiers that one trace may gather; a join beyond it is refused. */
  readonly identifiers: number;
  readonly followed: number;
}

/** One identifier, the trace it belongs to, and those it was set apart from by an undone join. */
export interface Holder {
  readonly token: string;
  kind: string;
  trace: Trace;
  apart: Holder[] | null;
}

/** Two identifiers that one event carried. */
export interface Link {
  readonly a: Holder;
  readonly b: Holder;
}

/** Where a trace stands (node indices of the graph): `head` (-1 nowhere yet), what else its last event lit, since when, after how many moves. */
export interface Stand {
  readonly head: number;
  readonly also: readonly number[];
  readonly since: number;
  readonly moves: number;
}

/** How a mark moved its trace: not at all (`unmapped`, `stay`), along the graph (`step`), or without a way (`jump`). */
export type Move = "unmapped" | "entry" | "stay" | "step" | "jump";

/** An event in a trace, and what it did there. `lit` are node indices. */
export interface Mark {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly at: number;
  readonly arrived: number;
  /** Its place in the log, Infinity where it has none; a local event learns it from its twin. */
  order: number;
  readonly heard: number;
  readonly late: boolean;
  readonly owner: Holder;
  lit: readonly number[];
  move: Move;
  from: number;
  route: Route | null;
  jump: number;
  gap: number;
  after: Stand;
}

/** One trace. A stub has no marks and a null `tally`; `keys` then holds what it has counted for. */
export interface Trace {
  readonly seq: number;
  held: number;
  tokens: Holder[];
  links: Link[];
  marks: Mark[];
  /** How often it counted for each key of `counts.ts`. */
  tally: Map<number, number> | null;
  keys: readonly number[];
  /** Where it stood before the first mark kept; events before `horizon` can no longer be placed. */
  base: Stand;
  horizon: number;
  stand: Stand;
  events: number;
  dropped: number;
  firstAt: number;
  seenAt: number;
  partial: boolean;
}

/** Two traces that became one, or an identifier learnt (`learnt`: `b` was never seen before). */
export interface Join {
  readonly id: number;
  readonly at: number;
  readonly event: string;
  readonly why: "identify" | "alias" | "event" | "rotation";
  readonly learnt: boolean;
  readonly a: Holder;
  readonly b: Holder;
  undone: boolean;
}

/** All traces of one watch session; moved, not shared. */
export interface Traces {
  readonly bounds: Bounds;
  ways: Ways;
  readonly tokens: Map<string, Holder>;
  /** Kept traces, the quietest first. */
  readonly live: Set<Trace>;
  readonly stubs: Set<Trace>;
  readonly heldTraces: Set<Trace>;
  /** Followed tokens and their hue. */
  readonly held: Map<string, number>;
  readonly joins: Map<number, Join>;
  counts: Counts;
  jumps: JumpTable;
  readonly near: Near;
  readonly names: Map<string, string>;
  marks: number;
  sequence: number;
  total: Totals;
}

/** `traces` distinct so far (exact while `forgotten` is 0, at most so many otherwise); `events = placed + unplaceable + duplicate + untraced`. */
export interface Totals {
  events: number;
  placed: number;
  /** Older than what the trace still holds: counted at its nodes, not in its path. */
  unplaceable: number;
  duplicate: number;
  /** Without an identifier. */
  untraced: number;
  traces: number;
  evicted: number;
  forgotten: number;
  joins: number;
  /** Joins refused because a trace has too many identifiers, or because a join was undone. */
  refused: number;
}
