/** What has lit, what is dark, what never can and why; also as a file. */
import { type Coverage, coverage, neverWhy } from "@dagnet-realtime/engine/select/coverage";
import { nodeLight, posture } from "@dagnet-realtime/engine/select/totals";
import { edgeSeen } from "@dagnet-realtime/engine/select/traces";
import type { State } from "@dagnet-realtime/engine/state";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { Download, ScanSearch } from "lucide-react";
import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { download } from "../download.ts";
import { plural } from "../format.ts";
import { useActions, useSessionContext, useSession } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";
import { StillList } from "../kit/RovingList.tsx";
import { edgeLabel, labelOf } from "../side/text.ts";
import "../styles/coverage.css";

/** Names shown of a list; the saved file has all. */
const SHOWN = 24;

/** The contents of the coverage popover. */
export function CoverageLists({ graph, found }: { readonly graph: Graph; readonly found: Coverage }) {
  const actions = useActions();
  const { engine } = useSessionContext();
  const session = useSession((state) => state.session);
  const { nodesLit, nodes, edgesLit, edges, dark, darkEdges, never, neverEdges } = found;
  const missing = dark.length + darkEdges.length;
  return (
    <div className="coverage-lists">
      <div className="coverage-deeds">
        {missing > 0 && (
          <Popover.Close asChild>
            <Button
              className="button-small"
              icon={<ScanSearch size={14} />}
              onClick={() => {
                actions.setHighlight({ nodes: dark, edges: darkEdges });
              }}
            >
              Select those not seen
            </Button>
          </Popover.Close>
        )}
        <Button
          className="button-small"
          icon={<Download size={14} />}
          onClick={() => {
            download(`coverage ${graph.name}.json`, coverageFile(engine.state, session, engine.at()), "application/json");
          }}
        >
          Save as JSON
        </Button>
      </div>
      <Part title={`${nodesLit} of ${plural(nodes, "node")} seen`} of={nodes} lit={nodesLit}>
        {dark.length > 0 && <Names label="Nodes not seen yet" names={dark.map((uuid) => ({ key: uuid, name: labelOf(graph, uuid), run: () => { actions.select(uuid); } }))} />}
      </Part>
      <Part title={`${edgesLit} of ${plural(edges, "edge")} seen, of the traces shown`} of={edges} lit={edgesLit}>
        {darkEdges.length > 0 && <Names label="Edges not seen yet" names={darkEdges.map((uuid) => ({ key: uuid, name: edgeLabel(graph, uuid), run: () => { actions.selectEdge({ kind: "edge", edge: uuid }); } }))} />}
      </Part>
      {never.length + neverEdges.length > 0 && (
        <details>
          <summary>
            {[never.length > 0 ? plural(never.length, "node") : "", neverEdges.length > 0 ? plural(neverEdges.length, "edge") : ""].filter(Boolean).join(" and ")} can never be seen
          </summary>
          <dl className="coverage-never">
            {never.slice(0, SHOWN).map(({ node, why }) => (
              <div key={node}>
                <dt>{labelOf(graph, node)}</dt>
                <dd>{why}</dd>
              </div>
            ))}
            {neverEdges.slice(0, SHOWN).map((uuid) => (
              <div key={uuid}>
                <dt>{edgeLabel(graph, uuid)}</dt>
                <dd>{neverWhy(engine.state, uuid)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </div>
  );
}

function Part({ title, of, lit, children }: { readonly title: string; readonly of: number; readonly lit: number; readonly children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      <span className="meter meter-lit" aria-hidden="true">
        <i style={{ width: `${of === 0 ? 0 : (100 * lit) / of}%` }} />
      </span>
      {children}
    </section>
  );
}

function Names({ label, names }: { readonly label: string; readonly names: readonly { readonly key: string; readonly name: string; readonly run: () => void }[] }) {
  return (
    <StillList className="coverage-names" aria-label={label} items={names.slice(0, SHOWN)} keyOf={({ key }) => key} foot={names.length > SHOWN && <li className="quiet">and {names.length - SHOWN} more</li>}>
      {({ name, run }) => (
        <li>
          <button type="button" className="chip" onClick={run}>
            {name}
          </button>
        </li>
      )}
    </StillList>
  );
}

export const VERSION = 1;

/** JSON text; times ISO 8601, nodes and edges in the graph's order. No personal data. */
export function coverageFile(state: State, session: string | null, at: number): string {
  const { graph } = state;
  if (graph === null) return "{}";
  const { dark, darkEdges, never, neverEdges } = coverage(state);
  const { thinned, sampled } = posture(state);
  const why = new Map(never.map((one) => [one.node, one.why]));
  const lit = (able: boolean, is: boolean): string => (able ? (is ? "lit" : "dark") : "never");
  const nodes = graph.nodes.map(({ uuid, id }) => ({
    uuid, id, label: labelOf(graph, uuid), state: lit(!why.has(uuid), !dark.includes(uuid)), count: nodeLight(state, uuid, at).count, ...(why.has(uuid) ? { why: why.get(uuid) } : {}),
  }));
  const edges = graph.edges.map(({ uuid, id }) => ({
    uuid, id, label: edgeLabel(graph, uuid), state: lit(!neverEdges.includes(uuid), !darkEdges.includes(uuid)), traversals: edgeSeen(state, uuid),
    ...(neverEdges.includes(uuid) ? { why: neverWhy(state, uuid) } : {}),
  }));
  const file = {
    format: "dagnet-realtime coverage", version: VERSION, graph: graph.name, graph_version: graph.version, watch_session_id: session,
    since: new Date(state.accumulation.since).toISOString(), until: new Date(at).toISOString(), edges_of: thinned || sampled ? "carried traces" : "all traces", nodes, edges,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}
