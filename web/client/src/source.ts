/** A source of events: opens a session, and gives the transport that brings its events. */
import type { LaneName } from "@dagnet-realtime/engine/actions";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { EngineHost } from "./engineHost.ts";
import { type Environment, randomHex } from "./environment.ts";
import type { Transport } from "./transport/transport.ts";

/** An open session, and where in its log it stands; "" without a log. If it shows what was before
 * it was opened, `since` says from when on (milliseconds since 1970).
 */
export interface SessionStart {
  readonly session: string;
  readonly position: string;
  readonly since?: number;
}

/** What a transport needs of its page; `resumed` after a reload. */
export interface SourceContext {
  readonly engine: EngineHost;
  readonly environment: Environment;
  readonly resumed: boolean;
}

/**
 * Where a session's events come from. Methods that reject do so with an error whose message is for
 * people; what is left out, the source cannot do.
 */
export interface Source {
  /** How its events count; see `engine`. */
  readonly lane: LaneName;
  /** Opens a session for `graph`; without it, one is made up here, since no other side keeps it. */
  open?(graph: Graph): Promise<SessionStart>;
  /** Begins the name of a made-up session. */
  readonly prefix?: string;
  /** The position at which a made-up session begins. */
  readonly position?: string;
  /** The transport of an open session; null if events come by another way. */
  connect(start: SessionStart, context: SourceContext): Transport | null;
  /** Has the other side count a session that is open for this source's graph; resolves with where
   * its log stood at On. Without it, a session is counted anew from what this page holds.
   */
  move?(session: string): Promise<SessionStart>;
  /** The source of another graph of the same log, for `move`; null if the other side counts for
   * this one already, or cannot say.
   */
  another?(graph: Graph): Source | null;
  /** Ends a session at the other side. */
  close?(session: string): Promise<void>;
  /** The other side's own graph. */
  graph?(): Promise<Graph>;
  /** Whether the other side matches events against its own graph; else they are matched here. */
  readonly matches?: boolean;
  /** Has the other side carry these traces whole. */
  follows?(session: string, tokens: readonly string[]): Promise<void>;
  /** Has the other side carry only what passes. */
  filter?(session: string, text: string): Promise<void>;
}

/** A session that only this page knows. */
export function made({ prefix = "local", position = "" }: Source): SessionStart {
  return { session: `${prefix}-${randomHex(6)}`, position };
}
