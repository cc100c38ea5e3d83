/** Coverage since On: one square per node that could light; a click selects the first dark one. */
import { coverage } from "@dagnet-realtime/engine/select/coverage";
import { nodeLight } from "@dagnet-realtime/engine/select/light";
import { plural } from "../format.ts";
import { Pop } from "../kit/Pop.tsx";
import { useActions, useEngine, useRealtime, useShell } from "../use.ts";

/** More squares than this say no more than the number does. */
const SQUARES = 14;

export function Coverage() {
  const actions = useActions();
  const { engine } = useRealtime();
  const graph = useShell((shell) => shell.graph);
  const { nodesLit, nodes, edgesLit, edges, dark, never } = useEngine("second", (state) => coverage(state));
  const at = useEngine("second", () => engine.at());
  if (!graph || nodes === 0) return null;
  const label = (uuid: string): string => graph.nodes.find((node) => node.uuid === uuid)?.label ?? uuid;
  const silent = new Set(dark);
  const apart = new Set(never.map(({ node }) => node));
  const can = graph.nodes.filter(({ uuid }) => !apart.has(uuid));
  const squares = [...can].sort((a, b) => Number(silent.has(a.uuid)) - Number(silent.has(b.uuid))).slice(0, SQUARES);
  const step = (uuid: string): number => Math.ceil(nodeLight(engine.state, uuid, at).level * 5);
  return (
    <Pop
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
      <p>{dark.length === 0 ? "Every node that listens for an event has lit." : `${plural(dark.length, "node")} could light and ${dark.length === 1 ? "has" : "have"} not:`}</p>
      <ul className="dark-list">
        {dark.slice(0, 30).map((uuid) => (
          <li key={uuid}>
            <button type="button" className="link" onClick={() => { actions.select(uuid); }}>
              {label(uuid)}
            </button>
          </li>
        ))}
      </ul>
      <p className="quiet">
        Carried traces have gone along {edgesLit} of {plural(edges, "edge")}.
      </p>
      {never.length > 0 && <p className="quiet">{plural(never.length, "node")} can never light: {never.slice(0, 6).map((one) => label(one.node)).join(", ")}{never.length > 6 ? " …" : ""}.</p>}
    </Pop>
  );
}
