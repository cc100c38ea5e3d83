/** What the picture shows as one or two sentences, announced now and then to screen readers. */
import { sentences } from "@dagnet-realtime/client/http";
import { traceName } from "@dagnet-realtime/engine/traceName";
import { nodeLight, totals, type TotalsOfState } from "@dagnet-realtime/engine/select/totals";
import { followed } from "@dagnet-realtime/engine/select/traces";
import type { State } from "@dagnet-realtime/engine/state";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { useEffect, useRef, useState } from "react";
import { count, plural, rate } from "./format.ts";
import { useSession, useSessionContext } from "./hooks.ts";
import { useViewState } from "./useViewState.ts";
import type { ViewState } from "./viewState.ts";

/** Often enough to know, seldom enough to bear. */
const EVERY_MS = 20_000;

/** A live region for screen readers: what is going on, in one sentence now and then. */
export function Summary() {
  const { engine, store } = useSessionContext();
  const view = useViewState();
  const latest = useRef(view);
  useEffect(() => {
    latest.current = view;
  });
  const graphName = useSession((session) => session.graph?.name ?? "");
  const [words, setWords] = useState("");
  useEffect(() => {
    const say = (): void => {
      setWords(summary(engine.state, store.getState().graph, totals(engine.state, engine.at()), latest.current, engine.at()));
    };
    say();
    const timer = setInterval(say, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [engine, store, view.name, graphName]);
  return (
    <p className="out-of-sight" role="status" aria-live="polite">
      {words}
    </p>
  );
}

const BUSIEST = 3;

/** The sentence of `Summary`. */
export function summary(state: State, graph: Graph | null, figures: TotalsOfState, view: Pick<ViewState, "name" | "tint" | "sign" | "covers" | "banners">, at: number): string {
  if (!graph) return "No graph is shown.";
  const more = view.banners.filter(({ kind }) => kind === "filtered" || kind === "test").map(({ text }) => ` ${text}.`).join("");
  if (view.tint === "drained") return `${sentences(view.sign.title)}${figures.count > 0 ? ` ${plural(figures.count, "event")}, ${view.covers}.` : ""}${more}`;
  if (figures.count === 0) return `${sentences(view.sign.title)} Nothing has been received yet.${more}`;
  const busy = graph.nodes
    .map((node) => ({ label: node.label || node.id, rate: nodeLight(state, node.uuid, at).rate }))
    .filter((node) => node.rate > 0)
    .sort((a, b) => b.rate - a.rate)
    .slice(0, BUSIEST);
  const where = busy.length > 0 ? ` Busiest: ${busy.map((node) => `${node.label} ${rate(node.rate)} a second`).join(", ")}.` : "";
  const astray = figures.unmapped > 0 ? ` ${count(figures.unmapped)} unmapped.` : "";
  const paths = state.follows.length > 0 ? followed(state).slice(0, BUSIEST) : [];
  const told = paths.length > 0 ? ` Followed: ${paths.map(({ token, steps, head }) => `${traceName(token)} ${place(graph, head)} after ${plural(steps.length, "step")}`).join(", ")}.` : "";
  const prefix = view.name === "live" || view.name === "polling" ? "" : `${sentences(view.sign.title)} `;
  return `${prefix}${plural(figures.count, "event")}, ${view.covers}, ${rate(figures.rate)} a second.${where}${astray}${told}${more}`;
}

function place(graph: Graph, head: string | null): string {
  const node = graph.nodes.find(({ uuid }) => uuid === head);
  return node ? `at ${node.label || node.id}` : "nowhere yet";
}
