/** The graph as a table, for screen readers and for reading. */
import { nodeLight } from "@dagnet-realtime/engine/select/totals";
import { edgeSeen, ghostEdges } from "@dagnet-realtime/engine/select/traces";
import { ago, clock, count, rate } from "./format.ts";
import { Sheet } from "./kit/Sheet.tsx";
import { useViewState } from "./useViewState.ts";
import { useEngine, useSessionContext, useSession } from "./hooks.ts";

const MOST_JUMPS = 100;

/** The graph as a table in a sheet, for those who do not see the picture. */
export function GraphTable({ onClose }: { readonly onClose: () => void }) {
  const { engine } = useSessionContext();
  const graph = useSession((state) => state.graph);
  const now = useEngine("numbers", (_, at) => at);
  const rates = useViewState().figures === "rates";
  if (!graph) return null;
  const jumps = ghostEdges(engine.state, MOST_JUMPS);
  const label = (uuid: string): string => graph.nodes.find((node) => node.uuid === uuid)?.label ?? uuid;
  return (
    <Sheet title={`${graph.title || graph.name} as a table`} wide onClose={onClose}>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Nodes and their traffic">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Listens for</th>
              <th scope="col">Events</th>
              <th scope="col">Per second</th>
              <th scope="col">Last</th>
              <th scope="col">Leads to, seen</th>
              <th scope="col">Unexpected steps to</th>
            </tr>
          </thead>
          <tbody>
            {graph.nodes.map((node) => {
              const light = nodeLight(engine.state, node.uuid, now);
              const names = graph.listens.filter((listen) => listen.node === node.uuid).flatMap((listen) => listen.names);
              const ways = graph.edges.filter((edge) => edge.source === node.uuid).map((edge) => `${label(edge.target)} ${count(edgeSeen(engine.state, edge.uuid))}×`);
              const jumped = jumps.filter((jump) => jump.from === node.uuid).map((jump) => `${label(jump.to)} ${count(jump.count)}×`);
              return (
                <tr key={node.uuid}>
                  <th scope="row">{node.label || node.id}</th>
                  <td>{names.join(", ") || node.dark || "no event"}</td>
                  <td className="number">{light.of === null ? count(light.count) : `${count(light.count)} of ${count(light.of)}`}</td>
                  <td className="number">{rates ? rate(light.rate) : "—"}</td>
                  <td className="number">{rates ? ago(light.lastAt, now) : light.lastAt === null ? "—" : clock(light.lastAt)}</td>
                  <td>{ways.join(", ") || "—"}</td>
                  <td>{jumped.join(", ") || "—"}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Sheet>
  );
}
