/** The reducer's interface: actions in; hits and steps out. */
import type { TapMessage } from "./tapMessage.ts";
import type { Frame, Graph } from "./wire.gen.ts";

// Everything that can happen to a watch session; `at` is milliseconds since 1970 by the viewer's
// clock (by the log's in a replay).

/** A way that events come in: Segment calls of this browser, a server or relay, or a saved log. */
export type LaneName = "local" | "remote" | "replay";
/** How a lane is connected. `stale`: connected, but nothing has arrived for too long. */
export type Connection = "off" | "connecting" | "live" | "polling" | "reconnecting" | "stale" | "replay";

/** `on` begins an accumulation; with the session that is on already it adds its lane to it, and
 * with `since` it counts that session anew on another graph, from a moment that its log still
 * holds. `off` without a lane ends all of them. `graph` has events that are held matched again for
 * the nodes in `rematch`; counts of all others stay with them. `resume` catches up `speed` times as
 * fast as time; without it, it jumps to now.
 */
export type Action =
  | { readonly kind: "on"; readonly at: number; readonly session: string; readonly position: string; readonly graph: Graph; readonly lane: LaneName; readonly since?: number }
  | { readonly kind: "graph"; readonly at: number; readonly graph: Graph; readonly rematch?: readonly string[] }
  | { readonly kind: "frame"; readonly at: number; readonly frame: Frame }
  | { readonly kind: "tap"; readonly at: number; readonly message: TapMessage }
  | { readonly kind: "connection"; readonly at: number; readonly state: Connection }
  | { readonly kind: "tick" | "pause" | "clear" | "undo"; readonly at: number }
  | { readonly kind: "resume"; readonly at: number; readonly speed?: number }
  | { readonly kind: "off"; readonly at: number; readonly lane?: LaneName }
  | { readonly kind: "filter"; readonly at: number; readonly text: string }
  | { readonly kind: "bind"; readonly at: number; readonly name: string; readonly node: string }
  | { readonly kind: "unbind"; readonly at: number; readonly name: string }
  /** Which unmapped names the viewer does not want to see: patterns, instead of all before. */
  | { readonly kind: "ignore"; readonly at: number; readonly patterns: readonly string[] }
  | { readonly kind: "follow" | "unfollow"; readonly at: number; readonly token: string }
  | { readonly kind: "unjoin" | "rejoin"; readonly at: number; readonly join: number }
  | { readonly kind: "unfollowAll"; readonly at: number };

// The narrow channel from the reducer to the picture: what has just lit, and which trace has just
// moved.

/** This event lit this node. `count` is above 1 for hits that were counted but not carried; those
 * have no token. `test` marks a test event.
 */
export interface Hit {
  readonly node: string;
  readonly at: number;
  readonly late: boolean;
  readonly token: string | null;
  readonly count: number;
  readonly test?: boolean;
}

/** A trace went `from` a node `to` another along `edges`; a jump has no edges, an inferred step
 * bridges nodes that have no event.
 */
export interface Step {
  readonly token: string;
  readonly from: string;
  readonly to: string;
  readonly edges: readonly string[];
  readonly jump: boolean;
  readonly inferred: boolean;
  readonly followed: boolean;
  readonly at: number;
}

/** What the reducer reports besides the state: each light of a node and each step of a trace. */
export interface Output {
  hit(hit: Hit): void;
  step(step: Step): void;
}

/** Listens to nothing. */
export const SILENT: Output = { hit: () => undefined, step: () => undefined };
