/** The edges that lead from a node and to it, with what was seen along each: the keyboard's way to an edge. */
import { edgeSeen } from "@dagnet-realtime/engine/select/traces";
import type { Edge, Graph } from "@dagnet-realtime/engine/wire.gen";
import { percent } from "../../picture/geometry/scene.ts";
import { count } from "../format.ts";
import { useActions, useEngine } from "../use.ts";
import { labelOf } from "./steps.ts";

export function NodeWays({ graph, node }: { readonly graph: Graph; readonly node: string }) {
  const from = graph.edges.filter(({ source }) => source === node);
  const to = graph.edges.filter(({ source, target }) => target === node && source !== node);
  return (
    <>
      <Ways title="Leads to" graph={graph} edges={from} end="target" />
      <Ways title="Comes from" graph={graph} edges={to} end="source" />
    </>
  );
}

function Ways({ title, graph, edges, end }: { readonly title: string; readonly graph: Graph; readonly edges: readonly Edge[]; readonly end: "source" | "target" }) {
  const actions = useActions();
  const seen = useEngine("second", (state) => edges.map(({ uuid }) => edgeSeen(state, uuid)));
  if (edges.length === 0) return null;
  return (
    <>
      <h3 className="ways-title">
        {title} <span>seen</span> <span>graph</span>
      </h3>
      <ul>
        {edges.map((edge, index) => (
          <li key={edge.uuid}>
            <button
              type="button"
              className="way-row"
              onClick={() => {
                actions.way({ kind: "edge", edge: edge.uuid });
              }}
            >
              <span className="way-name">{labelOf(graph, edge[end])}</span>
              <span className="mono">{count(seen[index] ?? 0)}×</span>
              <span className="mono quiet">{edge.p === null ? "—" : percent(edge.p)}</span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
