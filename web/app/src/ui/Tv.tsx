/** Across a room: large type, no panels, one graph after another. */
import { useActions, useApp, useUi } from "../hooks.ts";
import { nodeLight, totals } from "@dagnet-realtime/engine/select/totals";
import type { State } from "@dagnet-realtime/engine/state";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { useEffect } from "react";
import { allGraphs, sameGraph } from "../store/graphRef.ts";
import { clock, count, rate } from "@dagnet-realtime/react/format";
import { LiveSign } from "@dagnet-realtime/react/bar/Strip.tsx";
import { useEngine, useSame } from "@dagnet-realtime/react/hooks";
import { useViewState } from "@dagnet-realtime/react/useViewState";
import { TabTitle } from "./App.tsx";
import { Canvas } from "./Canvas.tsx";
import { Notice } from "./Notices.tsx";
import { Summary } from "@dagnet-realtime/react/Summary.tsx";
import "../styles/tv.css";

/** Long enough to take a graph in from across a room. */
const TURN_MS = 30_000;
/** Goals whose counts stand in the head, and ends that are losses. */
const GOALS = 2;
const LOSSES = 1;

/** Where journeys end: goals in the order of the graph, then a loss if it has been seen. */
function endsOf(state: State, graph: Graph | null, now: number) {
  const all = (graph?.nodes ?? []).filter(({ absorbing }) => absorbing).map(({ uuid, label, id, outcome }) => {
    const { count: seen, lastAt } = nodeLight(state, uuid, now);
    return { uuid, label: label || id, goal: outcome === "success", loss: outcome === "failure" || outcome === "error", seen, lastAt };
  });
  const losses = all.filter(({ loss, seen }) => loss && seen > 0).sort((a, b) => b.seen - a.seen);
  return [...all.filter(({ goal }) => goal).slice(0, GOALS), ...losses.slice(0, LOSSES)];
}

export function Tv() {
  const actions = useActions();
  const { store } = useApp();
  const theme = useUi((ui) => ui.preferences.theme);
  const graph = useUi((ui) => ui.graph);
  const connection = useUi((ui) => ui.connection.connection);
  const figures = useEngine("numbers", (state, now) => totals(state, now));
  const ends = useSame(useEngine("numbers", (state, now) => endsOf(state, graph, now)));
  const view = useViewState();
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    const turn = setInterval(() => {
      const { workspaces, graphRef } = store.getState();
      const graphs = allGraphs(workspaces);
      const next = graphs[(graphs.findIndex((one) => sameGraph(one, graphRef)) + 1) % Math.max(1, graphs.length)];
      if (next && !sameGraph(next, graphRef)) void actions.choose(next);
    }, TURN_MS);
    return () => {
      clearInterval(turn);
    };
  }, [actions, store]);
  return (
    <div className="app tv" data-connection={connection}>
      <header className="tv-head">
        <div className="tv-what">
          <LiveSign view={view} />
          <h1>{graph ? graph.title || graph.name : "No graph"}</h1>
        </div>
        <div className="tv-figures">
          <p>{view.strip === "" ? <><strong>{rate(figures.rate)}</strong> events/s</> : view.strip}</p>
          <p><strong>{count(figures.count)}</strong> {view.covers}</p>
          {ends.map(({ uuid, label, goal, seen, lastAt }) => (
            <p key={uuid} className={goal ? "tv-goal" : "tv-lost"}><strong>{count(seen)}</strong> <bdi>{label}</bdi>{goal && lastAt !== null && `, last ${clock(lastAt)}`}</p>
          ))}
          {figures.unmapped > 0 && <p className="tv-unmapped"><strong>{count(figures.unmapped)}</strong> unmapped</p>}
        </div>
      </header>
      <div>
        <Notice />
      </div>
      <main className="stage">
        <Canvas large />
      </main>
      <Summary />
      <TabTitle />
    </div>
  );
}
