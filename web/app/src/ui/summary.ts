/** One sentence or two that say what the picture says. */
import { nodeLight, type TotalsOfState } from "@dagnet-realtime/engine/select/totals";
import { followed } from "@dagnet-realtime/engine/select/traces";
import type { State } from "@dagnet-realtime/engine/state";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { Connection } from "../lanes/lane.ts";
import type { Phase } from "../store/store.ts";
import { count, plural, rate } from "./format.ts";

const BUSIEST = 3;

export function summary(state: State, graph: Graph | null, figures: TotalsOfState, phase: Phase, connection: Connection, paused: boolean, at: number): string {
  if (!graph) return "No graph is shown.";
  if (phase !== "on") return "Realtime is off.";
  if (connection === "stale" || connection === "reconnecting") return "The connection is lost; the page is trying again. What is shown is old.";
  if (figures.count === 0) return "Realtime is on. Nothing has been heard yet.";
  const busy = graph.nodes
    .map((node) => ({ label: node.label || node.id, rate: nodeLight(state, node.uuid, at).rate }))
    .filter((node) => node.rate > 0)
    .sort((a, b) => b.rate - a.rate)
    .slice(0, BUSIEST);
  const where = busy.length > 0 ? ` Busiest: ${busy.map((node) => `${node.label} ${rate(node.rate)} a second`).join(", ")}.` : "";
  const astray = figures.unmapped > 0 ? ` ${count(figures.unmapped)} unmapped.` : "";
  const paths = state.follows.length > 0 ? followed(state).slice(0, BUSIEST) : [];
  const told = paths.length > 0 ? ` Followed: ${paths.map(({ token, steps, head }) => `${token} ${place(graph, head)} after ${plural(steps.length, "step")}`).join(", ")}.` : "";
  return `${paused ? "Paused. " : ""}${plural(figures.count, "event")} since on, ${rate(figures.rate)} a second.${where}${astray}${told}`;
}

function place(graph: Graph, head: string | null): string {
  const node = graph.nodes.find(({ uuid }) => uuid === head);
  return node ? `at ${node.label || node.id}` : "nowhere yet";
}
