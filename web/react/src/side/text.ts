/** The texts of the panels: steps, joins, edges and times. */
import type { EdgeFacts, Spread } from "@dagnet-realtime/engine/traces/select/facts";
import type { JoinRow } from "@dagnet-realtime/engine/traces/select/traceList";
import type { TimelineStep } from "@dagnet-realtime/engine/traces/select/paths";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { count, plural, share, span } from "../format.ts";
import { LIGHTS } from "../selectors.ts";

/** What "≤" before a number of traces means. */
export const AT_MOST = "≤: at most so many; a trace that was forgotten and came back is counted twice.";

/** What "*" behind a probability means. */
export const CONDITIONAL = "*: the graph has other odds for it under conditions.";

/** What a node is called on screen. */
export function labelOf(graph: Graph | null, uuid: string | null): string {
  const node = graph?.nodes.find((one) => one.uuid === uuid);
  return node?.label || node?.id || uuid || "nowhere";
}

/** Whether an event only identifies a person. */
export function saysWho({ move, type }: Pick<TimelineStep, "move" | "type">): boolean {
  return move === "unmapped" && !LIGHTS.has(type);
}

/** What stands beneath a step's name: the event that it was, or that it lights nothing. */
export function kindOf(step: TimelineStep): string {
  if (saysWho(step)) return "says who this is";
  return step.move === "unmapped" ? "unmapped" : step.name;
}

/** Every doubt about a step, in two or three words each. */
export function doubtsOf(step: TimelineStep): readonly string[] {
  return [
    step.move === "jump" ? "unexpected" : "",
    step.inferred ? "way inferred" : "",
    step.late ? `${span(step.lagMs)} late` : "",
    step.ambiguous ? "order unsure" : "",
  ].filter(Boolean);
}

/** How an event moved its trace, and how sure that is: sentences for people. */
export function moveText(step: TimelineStep, graph: Graph | null): string {
  const label = (uuid: string | null): string => labelOf(graph, uuid);
  const said: string[] = [];
  switch (step.move) {
    case "entry": said.push(`Began at ${label(step.node)}.`); break;
    case "stay": said.push(`Stayed at ${label(step.node)}.`); break;
    case "unmapped": said.push(step.node === null ? "Lights no node; the trace stands nowhere yet." : `Lights no node; the trace stood at ${label(step.node)}.`); break;
    case "jump": said.push(`Unexpected step from ${label(step.from)} to ${label(step.node)}: the graph has no edge there.`); break;
    case "step": said.push(`${routeText(step, graph)}.`); break;
  }
  if (step.inferred) said.push("The part in between is inferred: those nodes have no event.");
  if (step.lit.length > 1) said.push(`It reached ${step.lit.map(label).join(" and ")}; the likeliest was taken.`);
  if (step.late) said.push("It came late, and was put in its place.");
  if (step.ambiguous) said.push("It shares its millisecond with another event, so their order is a guess.");
  return said.join(" ");
}

/** "Basket → Payment test → Checkout". */
function routeText({ from, node, edges }: TimelineStep, graph: Graph | null): string {
  const between = edges.slice(0, -1).map((uuid) => graph?.edges.find((edge) => edge.uuid === uuid)?.target ?? null);
  return [from, ...between, node].map((uuid) => labelOf(graph, uuid)).join(" → ");
}

/** An edge by the labels of its two ends. */
export function edgeLabel(graph: Graph, uuid: string): string {
  const edge = graph.edges.find((one) => one.uuid === uuid);
  return edge ? `${labelOf(graph, edge.source)} → ${labelOf(graph, edge.target)}` : uuid;
}

const BY: Readonly<Record<JoinRow["why"], string>> = {
  identify: "An identify",
  alias: "An alias",
  event: "An event that carries both",
  rotation: "A change of keys",
};

/** "An identify joined two traces.", "An identify gave the userId.", or that it was undone. */
export function joinText({ why, learnt, b, undone }: Pick<JoinRow, "why" | "learnt" | "b" | "undone">): string {
  if (undone) return learnt ? `Undone: the ${b.kind} stays apart.` : "Undone: two traces again.";
  return learnt ? `${BY[why]} gave the ${b.kind}.` : `${BY[why]} joined two traces.`;
}

/** "190 of 412 traces that came to Basket went on here"; "of the traces shown" if not all
 * events are. "" if no trace came.
 */
export function shareText(went: number, came: number, exact: boolean, carriedOnly: boolean, source: string): string {
  if (came === 0) return "";
  const most = exact ? "" : "at most ";
  const part = went <= came ? ` (${share(went / came)})` : "";
  return carriedOnly
    ? `Of the traces shown, ${most}${count(went)} of ${count(came)} that came to ${source} went on here${part}.`
    : `${most === "" ? "" : "At most "}${count(went)} of ${plural(came, "trace")} that came to ${source} went on here${part}.`;
}

/** "median 6.2 s · p95 14 s · n 12", or "not timed yet". */
export function dwellText({ n, medianMs, p95Ms }: Spread): string {
  if (n === 0 || medianMs === null || p95Ms === null) return "not timed yet";
  return `median ${span(medianMs)} · p95 ${span(p95Ms)} · n ${count(n)}`;
}

/** Who stands at the edge's source and may still go. */
export function waitingText({ waiting, waitedMs }: Pick<EdgeFacts, "waiting" | "waitedMs">, source: string): string {
  if (waiting === 0) return `No one waits at ${source}.`;
  const since = waitedMs === null ? "" : `, half of them for ${span(waitedMs)} or longer`;
  return `${plural(waiting, "trace")} ${waiting === 1 ? "waits" : "wait"} at ${source}${since}.`;
}
