/** What the picture shows as one or two sentences, announced now and then to screen readers. */
import type { Connection } from "@dagnet-realtime/client/transport/transport";
import { nodeLight, totals, type TotalsOfState } from "@dagnet-realtime/engine/select/totals";
import { followed } from "@dagnet-realtime/engine/select/traces";
import type { State } from "@dagnet-realtime/engine/state";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { useEffect, useState } from "react";
import { count, plural, rate } from "./format.ts";
import { type Phase, useSessionContext, useSession } from "./hooks.ts";

/** Often enough to know, seldom enough to bear. */
const EVERY_MS = 20_000;

/** A live region for screen readers: what is going on, in one sentence now and then. */
export function Summary() {
  const { engine, store } = useSessionContext();
  const connection = useSession((state) => state.connection.connection);
  const moment = useSession((state) => `${state.phase} ${state.paused ? "paused" : ""} ${state.catchUpSpeed > 0 ? "catching up" : ""} ${state.graph?.name ?? ""}`);
  const [words, setWords] = useState("");
  useEffect(() => {
    const say = (): void => {
      const { graph, phase, connection: lane, paused } = store.getState();
      setWords(summary(engine.state, graph, totals(engine.state, engine.at()), phase, lane.connection, paused, engine.at()));
    };
    say();
    const timer = setInterval(say, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [engine, store, connection, moment]);
  return (
    <p className="out-of-sight" role="status" aria-live="polite">
      {words}
    </p>
  );
}

const BUSIEST = 3;

/** The sentence of `Summary`. */
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
  return `${paused ? "Paused. " : ""}${plural(figures.count, "event")} so far, ${rate(figures.rate)} a second.${where}${astray}${told}`;
}

function place(graph: Graph, head: string | null): string {
  const node = graph.nodes.find(({ uuid }) => uuid === head);
  return node ? `at ${node.label || node.id}` : "nowhere yet";
}
