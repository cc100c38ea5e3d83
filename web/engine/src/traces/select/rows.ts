/** Rows about a trace that several views show: its identifiers, where it stands, how it ended. */
import type { Token } from "../../wire.gen.ts";
import type { Holder, Trace, Traces } from "../types.ts";

export function tokenOf(holder: Holder): Token {
  return { kind: holder.kind, token: holder.token };
}

/** The identifier a trace goes by: a followed one, else the first seen. */
export function nameOf(traces: Traces, trace: Trace): Holder | undefined {
  return (trace.held > 0 ? trace.tokens.find((holder) => traces.held.has(holder.token)) : undefined) ?? trace.tokens[0];
}

/** The uuid of a node index; null for -1. */
export function uuidOf(traces: Traces, node: number): string | null {
  return traces.ways.graph.nodes[node]?.uuid ?? null;
}

/** How a trace that stands at a node has ended: the node's outcome, "other" where it names none, null where it goes on. */
export function endedAt(traces: Traces, node: number): string | null {
  const there = traces.ways.graph.nodes[node];
  if (there?.absorbing !== true) return null;
  return there.outcome === "" ? "other" : there.outcome;
}

/** Whether numbers of distinct traces are exact; otherwise they are "at most": a forgotten trace that came back counts twice. */
export function exact(traces: Traces): boolean {
  return traces.total.forgotten === 0;
}
