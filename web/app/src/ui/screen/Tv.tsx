/** Across a room: large type, no panels, one graph after another. */
import { totals } from "@dagnet-realtime/engine/select/totals";
import { useEffect } from "react";
import { Tooltip } from "radix-ui";
import { all, same } from "../../store/places.ts";
import { clock, count, rate } from "../format.ts";
import { LiveSign } from "../strip/LiveSign.tsx";
import { useActions, useEngine, useRealtime, useShell } from "../use.ts";
import { Canvas } from "./Canvas.tsx";
import { Notice } from "./Notice.tsx";
import { Summary } from "./Summary.tsx";

/** Long enough to take a graph in from across a room. */
const TURN_MS = 30_000;

export function Tv() {
  const actions = useActions();
  const { store } = useRealtime();
  const theme = useShell((shell) => shell.kept.theme);
  const graph = useShell((shell) => shell.graph);
  const connection = useShell((shell) => shell.lane.connection);
  const figures = useEngine("second", (state, now) => totals(state, now));
  const since = useEngine("second", (state) => state.accumulation.since);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    const turn = setInterval(() => {
      const { workspaces, place } = store.getState();
      const graphs = all(workspaces);
      const next = graphs[(graphs.findIndex((one) => same(one, place)) + 1) % Math.max(1, graphs.length)];
      if (next && !same(next, place)) void actions.choose(next);
    }, TURN_MS);
    return () => {
      clearInterval(turn);
    };
  }, [actions, store]);
  return (
    <Tooltip.Provider>
      <div className="app tv" data-connection={connection}>
        <header className="tv-head">
          <LiveSign />
          <h1>{graph ? graph.title || graph.name : "No graph"}</h1>
          <p>
            <strong>{rate(figures.rate)}</strong> events/s
          </p>
          <p>
            <strong>{count(figures.count)}</strong> since {clock(since)}
          </p>
        </header>
        <div>
          <Notice />
        </div>
        <main className="stage">
          <Canvas large />
        </main>
        <Summary />
      </div>
    </Tooltip.Provider>
  );
}
