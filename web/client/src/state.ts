/** The state of a session as a host shows it: an immutable summary, made a few times a second. */
import type { Connection } from "@dagnet-realtime/engine/actions";
import { displayed } from "@dagnet-realtime/engine/activity";
import { ledger, type LedgerOfState, posture, totals } from "@dagnet-realtime/engine/select/totals";
import { nearMissesOfName, type UnmappedNearMiss, unmappedNames } from "@dagnet-realtime/engine/select/unmapped";
import type { JumpRow } from "@dagnet-realtime/engine/traces/select/jumps";
import { type FollowedPath, followedPaths } from "@dagnet-realtime/engine/traces/select/paths";
import { recent, type TraceRow, traceTotals } from "@dagnet-realtime/engine/traces/select/traceList";
import type { EngineHost } from "./engineHost.ts";
import { pauseState } from "./pause.ts";
import type { SessionPhase } from "./watchSession.ts";
import type { ConnectionStatus, TransportKind } from "./transport/transport.ts";

/** What one node has counted. `since` is when its count began (milliseconds since 1970): at On or
 * Clear, or later if its binding changed and older events are no longer held. `exact` is false if
 * the source matches this node by another binding than the graph's, and leaves events out: then
 * only those that it carries count.
 */
export interface NodeState {
  readonly count: number;
  readonly exact: boolean;
  readonly lastAt: number | null;
  readonly since: number;
}

/** A name that no node listens for, and its events. */
export interface UnmappedState {
  readonly name: string;
  readonly count: number;
  readonly lastAt: number;
}

/** A name whose events nearly lit a node: which, by uuid, and why its last one did not, as a
 * condition that it does not meet, or the case of the name. `count` are those that lit none.
 */
export interface NearMissState extends UnmappedState {
  readonly misses: readonly UnmappedNearMiss[];
}

/** A log that plays: times are the log's, milliseconds since 1970. */
export interface ReplayState {
  readonly from: number;
  readonly to: number;
  readonly at: number;
  readonly speed: number;
  readonly playing: boolean;
}

/** What is true of a session at one moment; never changed once it is given out. */
export interface RealtimeState {
  /** `opening` waits for the other side. */
  readonly phase: SessionPhase;
  readonly connection: Connection;
  /** Which way events come at this moment. */
  readonly transport: TransportKind | null;
  /** What is wrong, in a sentence for people; "" while all is well. */
  readonly why: string;
  /** When the connection is tried again, milliseconds since 1970; null while it stands. */
  readonly retryAt: number | null;
  /** How far frames are behind, milliseconds; 0 while they are fresh. */
  readonly lagMs: number;
  /** When counting began: at On, or at the last Clear; null before the first On. */
  readonly since: number | null;
  readonly paused: boolean;
  /** How many times as fast as time a pause is caught up with; 0 while it is not. */
  readonly catchUpSpeed: number;
  readonly counts: {
    /** `total = mapped + unmapped + identity`; `identity` are messages that identify a person. */
    readonly total: number;
    readonly mapped: number;
    /** Events that lit no node, near misses among them. */
    readonly unmapped: number;
    readonly identity: number;
    /** Test events, which are in no other count. */
    readonly tests: number;
    /** Events a second, over ten seconds. */
    readonly rate: number;
    /** Events that wait while paused. */
    readonly pending: number;
    /** Events that pass the filter; null without one. */
    readonly filtered: number | null;
  };
  /** By uuid; a node that is not listed has counted nothing since On. */
  readonly nodes: Readonly<Record<string, NodeState>>;
  readonly ledger: LedgerOfState;
  /** The most frequent first, here and in `nearMisses`; a name is in one of the two. */
  readonly unmapped: readonly UnmappedState[];
  readonly nearMisses: readonly NearMissState[];
  /** `recent` are the followed ones, then the most recently active. */
  readonly traces: { readonly seen: number; readonly retained: number; readonly exact: boolean; readonly recent: readonly TraceRow[] };
  readonly followed: readonly FollowedPath[];
  /** Steps that the graph has no edge for, with what each probably means; looked at once a second.
   */
  readonly jumps: readonly JumpRow[];
  readonly sampling: {
    /** The share of traces that the policy keeps, and the lowest share carried since On. */
    readonly share: number;
    readonly threshold: number;
    /** Whether counts are exact, though events and traces may be fewer. */
    readonly exact: boolean;
    /** The source's own notes. */
    readonly notes: readonly string[];
  };
  readonly filter: { readonly text: string; readonly problem: string };
  /** Names bound to nodes (uuid) in this session. */
  readonly binds: Readonly<Record<string, string>>;
  readonly replay: ReplayState | null;
}

/** What the engine does not know of a session. */
export interface Circumstances {
  readonly phase: SessionPhase;
  readonly connection: ConnectionStatus;
  readonly why: string;
  /** What is wrong with the shown graph, though it lights. */
  readonly leftOut: string;
  /** Nodes (uuid) that are matched here, from the events that the source carries. */
  readonly rematched: ReadonlySet<string>;
  readonly jumps: readonly JumpRow[];
  readonly replay: ReplayState | null;
}

/** Traces of a summary; a host that shows more reads `log`. */
const TRACES = 50;

export function summarise(engine: EngineHost, { phase, connection, why, leftOut, rematched, jumps, replay }: Circumstances): RealtimeState {
  const { state } = engine;
  const { accumulation } = state;
  const { traces } = accumulation;
  const { count, mapped, unmapped, identity, tests, rate, pending, filtered } = totals(state, engine.at());
  const began = accumulation.since;
  const { seen, retained, exact } = traces === null ? { seen: 0, retained: 0, exact: true } : traceTotals(traces);
  const { policy, sampling, threshold, thinned, sampled } = posture(state);
  const names = unmappedNames(state, engine.at()).names.map((one) => ({ misses: nearMissesOfName(state, one), shown: { name: one.name, count: one.count, lastAt: one.lastAt } }));
  return {
    phase, connection: connection.connection, transport: connection.transport, why: why || connection.why || leftOut, retryAt: connection.retryAt, lagMs: connection.lagMs,
    since: state.session === "" ? null : began, ...pauseState(engine),
    counts: { total: count, mapped, unmapped, identity, tests, rate, pending, filtered: filtered?.count ?? null },
    nodes: Object.fromEntries([...accumulation.nodes].map(([uuid, light]) => [uuid, { count: displayed(light), lastAt: light.lastAt, since: accumulation.rematched.get(uuid) ?? began, exact: (policy?.exact_counts ?? true) && !(rematched.has(uuid) && (thinned || sampled)) }])),
    ledger: ledger(state),
    unmapped: names.flatMap(({ shown, misses }) => (misses.length === 0 ? [shown] : [])),
    nearMisses: names.flatMap(({ shown, misses }) => (misses.length > 0 ? [{ ...shown, misses }] : [])),
    traces: { seen, retained, exact, recent: traces === null ? [] : recent(traces, TRACES) },
    followed: traces === null ? [] : followedPaths(traces),
    jumps,
    sampling: { share: sampling, threshold, exact: policy?.exact_counts ?? true, notes: policy?.notes ?? [] },
    filter: { text: state.filterText, problem: state.filterProblem === null ? "" : `${state.filterProblem.title}: ${state.filterProblem.detail}` },
    binds: Object.fromEntries(state.binds),
    replay,
  };
}
