/** A trace's events by the node it stood at: how often it came there, how long it stayed, and when each event occurred. */
import { groupedByNode, type TimelineStep } from "@dagnet-realtime/engine/traces/select/paths";
import { plural, span, timeOrDay } from "../format.ts";
import { useActions, useShell } from "../use.ts";
import { doubtsOf, kindOf, labelOf, saysWho } from "./steps.ts";

export function TraceNodes({ steps }: { readonly steps: readonly TimelineStep[] }) {
  const actions = useActions();
  const graph = useShell((shell) => shell.graph);
  return (
    <ul className="grouped">
      {groupedByNode(steps).map(({ node, visits, steps: some }) => (
        <li key={node ?? "before"}>
          <p className="grouped-head">
            {node === null ? (
              <span className="quiet">Before its first node</span>
            ) : (
              <button
                type="button"
                className="link"
                onClick={() => {
                  actions.select(node);
                }}
              >
                {labelOf(graph, node)}
              </button>
            )}
            <span className="quiet">
              {visits > 0 && `${plural(visits, "visit")} · `}
              {plural(some.length, "event")}
              <Unmapped steps={some} />
            </span>
          </p>
          <ol>
            {some.map((step) => (
              <li key={step.id} className="grouped-step">
                <span className="mono quiet">{timeOrDay(step.occurredAt, step.arrivedAt)}</span>
                <span className="mono grouped-name" title={[kindOf(step), ...doubtsOf(step)].join(" · ")}>
                  {step.name}
                </span>
                <span className="mono quiet">{step.gapMs === null ? "" : `+${span(step.gapMs)}`}</span>
              </li>
            ))}
          </ol>
        </li>
      ))}
    </ul>
  );
}

function Unmapped({ steps }: { readonly steps: readonly TimelineStep[] }) {
  const n = steps.filter((step) => step.move === "unmapped" && !saysWho(step)).length;
  return n > 0 && <span className="pink"> · {n} unmapped</span>;
}
