/** One trace as a list of what happened, with both times, gaps, lateness and doubts; and the same grouped by node. */
import type { Token } from "../../wire.gen.ts";
import { ambiguous, lateness } from "../order.ts";
import type { Mark, Move, Trace, Traces } from "../types.ts";
import { endedAt, nameOf, tokenOf, uuidOf } from "./rows.ts";

/** One event of a trace. `id` finds its allowed properties; `n` numbers the moves; `node` is where the trace stood after it. Times in milliseconds. */
export interface TimelineStep {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly token: Token;
  readonly occurredAt: number;
  readonly arrivedAt: number;
  /** Since the event before; null for the first. */
  readonly gapMs: number | null;
  /** From occurrence to arrival. */
  readonly lagMs: number;
  /** It was slotted in before one that had arrived already, or was marked late. */
  readonly late: boolean;
  /** It shares its millisecond with a neighbour: their order is a guess. */
  readonly ambiguous: boolean;
  readonly move: Move;
  readonly n: number | null;
  /** Where the move left (null for an entry); where nothing moved, the node itself. */
  readonly from: string | null;
  readonly node: string | null;
  readonly lit: readonly string[];
  readonly edges: readonly string[];
  readonly inferred: boolean;
}

/** `dropped` events are no longer kept (the oldest, or unmapped ones). */
export interface Timeline {
  readonly token: string;
  readonly tokens: readonly Token[];
  readonly steps: readonly TimelineStep[];
  readonly dropped: number;
  readonly partial: boolean;
  readonly ended: string | null;
}

/** What happened at one node, in the order of first visits; `unmapped` counts events without a node while the trace stood there. */
export interface NodeVisits {
  readonly node: string | null;
  readonly visits: number;
  readonly unmapped: number;
  readonly steps: readonly TimelineStep[];
}

/** The timeline of the trace that a token belongs to; null where it is unknown. */
export function timeline(traces: Traces, token: string): Timeline | null {
  const trace = traces.tokens.get(token)?.trace;
  if (trace === undefined) return null;
  const late = lateness(trace.marks);
  return {
    token: nameOf(traces, trace)?.token ?? token, tokens: trace.tokens.map(tokenOf), dropped: trace.dropped, partial: trace.partial,
    steps: trace.marks.map((mark, n) => stepOf(traces, trace, mark, n, late[n] === true)), ended: endedAt(traces, trace.stand.head),
  };
}

/** The steps of a timeline by the node the trace stood at; null stands for before its first node. */
export function groupedByNode(steps: readonly TimelineStep[]): readonly NodeVisits[] {
  const groups = new Map<string | null, { node: string | null; visits: number; unmapped: number; steps: TimelineStep[] }>();
  for (const step of steps) {
    let group = groups.get(step.node);
    if (group === undefined) groups.set(step.node, (group = { node: step.node, visits: 0, unmapped: 0, steps: [] }));
    group.steps.push(step);
    if (step.n !== null) group.visits += 1;
    if (step.move === "unmapped") group.unmapped += 1;
  }
  return [...groups.values()];
}

function stepOf(traces: Traces, trace: Trace, mark: Mark, n: number, late: boolean): TimelineStep {
  const before = trace.marks[n - 1];
  const moved = mark.move === "entry" || mark.move === "step" || mark.move === "jump";
  return {
    id: mark.id, name: mark.name, type: mark.type, token: tokenOf(mark.owner), occurredAt: mark.at, arrivedAt: mark.arrived,
    gapMs: before === undefined ? null : mark.at - before.at, lagMs: mark.arrived - mark.at, late, ambiguous: ambiguous(trace.marks, n),
    move: mark.move, n: moved ? mark.after.moves : null,
    from: uuidOf(traces, mark.move === "unmapped" ? mark.after.head : mark.from), node: uuidOf(traces, mark.after.head),
    lit: mark.lit.map((node) => uuidOf(traces, node) ?? ""), edges: mark.route?.uuids ?? [], inferred: (mark.route?.edges.length ?? 0) > 1,
  };
}
