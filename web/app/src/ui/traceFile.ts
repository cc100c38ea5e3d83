/** A trace as a file: what this page holds of it, under pseudonyms, and what is missing. */
import type { GraphRef } from "@dagnet-realtime/client/api";
import { rowOfMessage } from "@dagnet-realtime/engine/select/feed";
import { trace, traceByToken, traceJoins } from "@dagnet-realtime/engine/select/traces";
import type { State } from "@dagnet-realtime/engine/state";
import { traceName } from "@dagnet-realtime/engine/traceName";
import type { Timeline, TimelineStep } from "@dagnet-realtime/engine/traces/select/paths";
import type { FrameEvent, Graph, Token } from "@dagnet-realtime/engine/wire.gen";

/** Joins of one trace in a file at most. */
const MOST_JOINS = 500;

/** A node of the graph, as its uuid, its id and its label say. */
export interface TraceFileNode {
  readonly uuid: string;
  readonly id: string;
  readonly label: string;
}

/** One event of the trace. Times are ISO 8601 in UTC, null if unknown; `properties` is null if they
 * have left the page.
 */
export interface TraceFileStep {
  readonly n: number | null;
  readonly move: TimelineStep["move"];
  readonly unexpected: boolean;
  readonly inferred: boolean;
  readonly from: TraceFileNode | null;
  readonly node: TraceFileNode | null;
  readonly lit: readonly TraceFileNode[];
  readonly edges: readonly string[];
  readonly name: string;
  readonly type: string;
  readonly message_id: string;
  readonly token: Token;
  readonly occurred_at: string | null;
  readonly arrived_at: string | null;
  readonly lag_ms: number | null;
  readonly gap_ms: number | null;
  readonly late: boolean;
  readonly order_unsure: boolean;
  readonly flags: readonly string[];
  readonly properties: FrameEvent["properties"] | null;
}

/** The file; see docs/reference/session-log.md. */
export interface TraceFile {
  readonly format: "dagnet-realtime-trace";
  readonly version: 1;
  readonly exported_at: string | null;
  readonly workspace: string | null;
  readonly env: string | null;
  readonly graph: { readonly name: string; readonly title: string; readonly version: string };
  readonly counted_since: string | null;
  readonly trace: {
    readonly name: string;
    readonly tokens: readonly Token[];
    readonly events: number;
    readonly ended: string | null;
    readonly first_at: string | null;
    readonly last_at: string | null;
  };
  readonly steps: readonly TraceFileStep[];
  readonly joins: readonly { readonly at: string | null; readonly why: string; readonly learnt: boolean; readonly undone: boolean; readonly message_id: string; readonly tokens: readonly [Token, Token] }[];
  readonly missing: {
    /** Whether what the trace did first is not among the steps. */
    readonly start_lost: boolean;
    readonly steps_not_kept: number;
    readonly partial: boolean;
    /** Of the whole view: events may be of this trace or of any other. */
    readonly view: {
      readonly missed: number;
      readonly gaps_of_unknown_size: number;
      readonly gaps: readonly { readonly at: string | null; readonly missed: number | null; readonly reason: string }[];
      readonly thinned: number;
      readonly sampled_out: number;
    };
  };
}

/** What of the page a file names. */
export interface TraceFilePlace {
  readonly graph: Graph | null;
  readonly place: GraphRef | null;
}

/** The file of the trace that a token belongs to; null if nothing is known of it. Neither
 * identifiers as they were sent nor names that a person gave are in it.
 */
export function traceFile(state: State, asked: string, { graph, place }: TraceFilePlace, now: number): TraceFile | null {
  const timeline = trace(state, asked);
  if (timeline === null) return null;
  const { accumulation } = state;
  const { missed, frameSums } = accumulation;
  const shown = graph ?? state.graph;
  const nodes = new Map(shown?.nodes.map(({ uuid, id, label }) => [uuid, { uuid, id, label }]));
  const nodeOf = (uuid: string | null): TraceFileNode | null => (uuid === null ? null : (nodes.get(uuid) ?? { uuid, id: "", label: "" }));
  const { steps, tokens } = timeline;
  return {
    format: "dagnet-realtime-trace",
    version: 1,
    exported_at: iso(now),
    workspace: place?.workspace ?? null,
    env: place?.env ?? null,
    graph: { name: shown?.name ?? "", title: shown?.title ?? "", version: shown?.version ?? "" },
    counted_since: iso(accumulation.since),
    trace: {
      name: traceName(timeline.token),
      tokens: [...tokens].sort((a, b) => Number(b.token === timeline.token) - Number(a.token === timeline.token)),
      events: traceByToken(state, timeline.token)?.events ?? steps.length + timeline.dropped,
      ended: timeline.ended,
      first_at: iso(steps[0]?.occurredAt),
      last_at: iso(steps.at(-1)?.occurredAt),
    },
    steps: steps.map((step) => {
      const row = rowOfMessage(state, step.id);
      return {
        n: step.n, move: step.move, unexpected: step.move === "jump", inferred: step.inferred,
        from: step.move === "entry" ? null : nodeOf(step.from), node: nodeOf(step.node),
        lit: step.lit.flatMap((uuid) => nodeOf(uuid) ?? []), edges: step.edges,
        name: step.name, type: step.type, message_id: step.id, token: step.token,
        occurred_at: iso(step.occurredAt), arrived_at: iso(step.arrivedAt), lag_ms: ms(step.lagMs), gap_ms: ms(step.gapMs),
        late: step.late, order_unsure: step.ambiguous, flags: row?.flags ?? [], properties: row?.properties ?? null,
      };
    }),
    joins: traceJoins(state, MOST_JOINS, timeline.token).map(({ at, why, learnt, undone, event, a, b }) => ({ at: iso(at), why, learnt, undone, message_id: event, tokens: [a, b] })),
    missing: {
      start_lost: startLost(timeline),
      steps_not_kept: timeline.dropped,
      partial: timeline.partial,
      view: {
        missed: missed.exact, gaps_of_unknown_size: missed.unknown,
        gaps: missed.gaps.map(({ at, missed: n, reason }) => ({ at: iso(at), missed: n, reason })),
        thinned: frameSums.thinned, sampled_out: frameSums.sampled_out,
      },
    },
  };
}

/** Whether what a trace did first is not among its steps. Of a long trace unmapped events may have
 * been let go alone: then the first move is still there.
 */
function startLost({ steps, dropped, partial }: Timeline): boolean {
  return partial || (dropped > 0 && steps.find(({ n }) => n !== null)?.n !== 1);
}

/** "checkout-trace-calm-otter-2026-01-02-03-04-05.json", in UTC. */
export function traceFileName({ graph, trace: { name }, exported_at }: TraceFile, ending: string): string {
  const stamp = (exported_at ?? "").slice(0, 19).replaceAll(/[:T]/g, "-");
  return `${[graph.name || "graph", "trace", name, stamp].filter(Boolean).join("-").replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")}.${ending}`;
}

function iso(at: number | undefined): string | null {
  return at === undefined || !Number.isFinite(at) || Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString();
}

function ms(span: number | null): number | null {
  return span !== null && Number.isFinite(span) ? span : null;
}
