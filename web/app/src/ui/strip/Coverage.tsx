/** Coverage since On: one square per node that could light; a click says what is dark, and points it out. */
import { coverage } from "@dagnet-realtime/engine/select/coverage";
import { nodeLight } from "@dagnet-realtime/engine/select/totals";
import { lazy, Suspense } from "react";
import { plural } from "../format.ts";
import { Pop } from "../kit/Pop.tsx";
import { useEngine, useRealtime, useShell } from "../use.ts";

const CoverageLists = lazy(() => import("./CoverageLists.tsx").then(({ CoverageLists: component }) => ({ default: component })));

/** More squares than this say no more than the number does. */
const SQUARES = 14;

export function Coverage() {
  const { engine } = useRealtime();
  const graph = useShell((shell) => shell.graph);
  const found = useEngine("second", (state) => coverage(state));
  const { nodesLit, nodes, dark, never } = found;
  const at = useEngine("second", () => engine.at());
  if (!graph || nodes === 0) return null;
  const silent = new Set(dark);
  const apart = new Set(never.map(({ node }) => node));
  const can = graph.nodes.filter(({ uuid }) => !apart.has(uuid));
  const squares = [...can].sort((a, b) => Number(silent.has(a.uuid)) - Number(silent.has(b.uuid))).slice(0, SQUARES);
  const step = (uuid: string): number => Math.ceil(nodeLight(engine.state, uuid, at).level * 5);
  return (
    <Pop
      wide
      title="Coverage since On"
      align="end"
      trigger={
        <button type="button" className="plain coverage" aria-label={`Coverage: ${nodesLit} of ${plural(nodes, "event node")} lit`}>
          <span className="wide-only">Coverage</span>{" "}
          <strong className="figure-small">
            {nodesLit} of {nodes}
          </strong>{" "}
          <span className="cut-first">event nodes</span>
          <span className="squares" aria-hidden="true">
            {squares.map(({ uuid }) => (
              <i key={uuid} className={silent.has(uuid) ? "square square-dark" : `square square-${step(uuid)}`} />
            ))}
            {never.length > 0 && <i className="square square-never" />}
          </span>
        </button>
      }
    >
      <Suspense fallback={null}>
        <CoverageLists graph={graph} found={found} />
      </Suspense>
    </Pop>
  );
}
