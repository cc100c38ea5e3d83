/** Across a room: large type, no panels, one graph after another. */
import { useActions, useApp, useUi } from "../hooks.ts";
import { totals } from "@dagnet-realtime/engine/select/totals";
import { useEffect } from "react";
import { allGraphs, sameGraph } from "../store/graphRef.ts";
import { count, rate } from "@dagnet-realtime/react/format";
import { LiveSign } from "@dagnet-realtime/react/bar/Strip.tsx";
import { useEngine } from "@dagnet-realtime/react/hooks";
import { useViewState } from "@dagnet-realtime/react/useViewState";
import { TabTitle } from "./App.tsx";
import { Canvas } from "./Canvas.tsx";
import { Notice } from "./Notices.tsx";
import { Summary } from "@dagnet-realtime/react/Summary.tsx";
import "../styles/tv.css";

/** Long enough to take a graph in from across a room. */
const TURN_MS = 30_000;

export function Tv() {
  const actions = useActions();
  const { store } = useApp();
  const theme = useUi((ui) => ui.preferences.theme);
  const graph = useUi((ui) => ui.graph);
  const connection = useUi((ui) => ui.connection.connection);
  const figures = useEngine("numbers", (state, now) => totals(state, now));
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
        <LiveSign view={view} />
        <h1>{graph ? graph.title || graph.name : "No graph"}</h1>
        <p>{view.strip === "" ? <><strong>{rate(figures.rate)}</strong> events/s</> : view.strip}</p>
        <p>
          <strong>{count(figures.count)}</strong> {view.covers}
        </p>
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
