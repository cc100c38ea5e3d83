/** How a step of a trace is put into words. */
import type { TimelineStep } from "@dagnet-realtime/engine/traces/select/paths";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { span } from "../format.ts";
import { LIGHTS } from "../read.ts";

/** What a node is called on screen. */
export function labelOf(graph: Graph | null, uuid: string | null): string {
  const node = graph?.nodes.find((one) => one.uuid === uuid);
  return node?.label || node?.id || uuid || "nowhere";
}

/** An event that only says who somebody is. */
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
    step.move === "jump" ? "jump" : "",
    step.inferred ? "way inferred" : "",
    step.late ? `${span(step.lagMs)} late` : "",
    step.ambiguous ? "order unsure" : "",
  ].filter(Boolean);
}

/** How an event moved its trace, and how sure that is: sentences for people. */
export function moveWords(step: TimelineStep, graph: Graph | null): string {
  const label = (uuid: string | null): string => labelOf(graph, uuid);
  const said: string[] = [];
  switch (step.move) {
    case "entry": said.push(`Began at ${label(step.node)}.`); break;
    case "stay": said.push(`Stayed at ${label(step.node)}.`); break;
    case "unmapped": said.push(step.node === null ? "Lights no node; the trace stands nowhere yet." : `Lights no node; the trace stood at ${label(step.node)}.`); break;
    case "jump": said.push(`Jumped from ${label(step.from)} to ${label(step.node)}: the graph has no way there.`); break;
    case "step": said.push(`${wayWords(step, graph)}.`); break;
  }
  if (step.inferred) said.push("The part in between is inferred: those nodes have no event.");
  if (step.lit.length > 1) said.push(`It lit ${step.lit.map(label).join(" and ")}; the likeliest was taken.`);
  if (step.late) said.push("It came late, and was put in its place.");
  if (step.ambiguous) said.push("It shares its millisecond with another event, so their order is a guess.");
  return said.join(" ");
}

/** "Basket → Payment test → Checkout". */
function wayWords({ from, node, edges }: TimelineStep, graph: Graph | null): string {
  const between = edges.slice(0, -1).map((uuid) => graph?.edges.find((edge) => edge.uuid === uuid)?.target ?? null);
  return [from, ...between, node].map((uuid) => labelOf(graph, uuid)).join(" → ");
}
