/** No rows: says why, and what would change that. */
import { lazy, Suspense } from "react";
import { useActions, useEngine, useShell } from "../use.ts";

const Teaching = lazy(() => import("../screen/Empty.tsx").then(({ Teaching: component }) => ({ default: component })));

export function FeedEmpty() {
  const actions = useActions();
  const filter = useShell((shell) => shell.filter);
  const held = useEngine("fifth", (state) => state.accumulation.events.end - state.accumulation.events.start);
  if (filter && held > 0)
    return (
      <p className="feed-empty">
        None of the {held} events held here passes the filter.{" "}
        <button type="button" className="link" onClick={() => { actions.filter(""); }}>
          Remove the filter
        </button>
      </p>
    );
  return (
    <Suspense fallback={null}>
      <Teaching />
    </Suspense>
  );
}
