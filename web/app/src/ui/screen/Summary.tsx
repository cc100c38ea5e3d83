/** Says now and then, politely, what the picture says: for those who do not see it. */
import { totals } from "@dagnet-realtime/engine/select/totals";
import { useEffect, useState } from "react";
import { summary } from "../summary.ts";
import { useRealtime, useShell } from "../use.ts";

/** Often enough to know, seldom enough to bear. */
const EVERY_MS = 20_000;

export function Summary() {
  const { engine, store } = useRealtime();
  const connection = useShell((shell) => shell.lane.connection);
  const moment = useShell((shell) => `${shell.phase} ${shell.paused ? "paused" : ""} ${shell.catching > 0 ? "catching up" : ""} ${shell.graph?.name ?? ""}`);
  const [words, setWords] = useState("");
  useEffect(() => {
    const say = (): void => {
      const { graph, phase, lane, paused } = store.getState();
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
