/** Jumps: steps that the graph has no edge for, the most frequent first. */
import { ghostEdges } from "@dagnet-realtime/engine/select/traces";
import { Waypoints } from "lucide-react";
import { useState } from "react";
import { count, plural } from "../format.ts";
import { useActions, useEngine, useSession, useSessionContext } from "../hooks.ts";
import { StillList } from "../kit/RovingList.tsx";
import { labelOf } from "./text.ts";
import "../styles/ways.css";

const FIRST = 4;
const MOST = 40;

/** The jumps, most frequent first. */
export function JumpList() {
  const actions = useActions();
  const graph = useSession((state) => state.graph);
  const { host = {} } = useSessionContext();
  const [all, setAll] = useState(false);
  const jumps = useEngine("numbers", (state) => ghostEdges(state, MOST));
  if (jumps.length === 0) return null;
  const ignored = new Set(jumps.map(({ from, to }) => `${from}>${to}`).filter((jump) => host.isIgnored?.(jump)));
  const shown = jumps.filter(({ from, to }) => all || !ignored.has(`${from}>${to}`)).slice(0, all ? MOST : FIRST);
  const hidden = jumps.length - shown.length;
  return (
    <section className="side-part" aria-label="Unexpected steps">
      <header className="side-head">
        <h2 className="jumps-title">
          <Waypoints size={15} aria-hidden="true" /> Unexpected steps
        </h2>
        <span className="quiet">the graph has no edge</span>
      </header>
      <StillList items={shown} keyOf={({ from, to }) => `${from}>${to}`}>
        {({ from, to, count: n, traces, exact, advice }) => (
          <li>
            <button
              type="button"
              className={`jump-row ${ignored.has(`${from}>${to}`) ? "jump-ignored" : ""}`}
              title={advice}
              onClick={() => {
                actions.selectEdge({ kind: "jump", from, to });
              }}
            >
              <span className="jump-way">
                {labelOf(graph, from)} <span aria-label="to">⇢</span> {labelOf(graph, to)}
              </span>
              <span className="mono quiet" title={`${plural(n, "time")}, by ${exact ? "" : "at most "}${plural(traces, "trace")}`}>
                {count(n)}×
              </span>
            </button>
          </li>
        )}
      </StillList>
      {(hidden > 0 || all) && (
        <button
          type="button"
          className="link"
          onClick={() => {
            setAll(!all);
          }}
        >
          {all ? "Show fewer" : `Show ${hidden} more`}
        </button>
      )}
    </section>
  );
}
