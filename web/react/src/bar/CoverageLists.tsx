/** What has lit, what is dark, what never can and why; also as a file. */
import { type Coverage, coverage, neverWhy } from "@dagnet-realtime/engine/select/coverage";
import { nodeLight, posture } from "@dagnet-realtime/engine/select/totals";
import { edgeSeen } from "@dagnet-realtime/engine/select/traces";
import type { State } from "@dagnet-realtime/engine/state";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { Download, ScanSearch } from "lucide-react";
import { Popover } from "radix-ui";
import { type ReactNode, useState } from "react";
import { download } from "../download.ts";
import { count, plural } from "../format.ts";
import { useActions, useSessionContext, useSession } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";
import { StillList } from "../kit/RovingList.tsx";
import { WindowedList } from "../kit/WindowedList.tsx";
import { edgeLabel, labelOf } from "../side/text.ts";
import "../styles/coverage.css";

/** More names than so many are shown as a list of their own when they are asked for. */
const SHOWN = 24;
/** The height of a name in that list, in pixels. */
const ROW = 28;

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
          <Never
            reasons={[
              ...never.map(({ node, why }) => ({ key: node, name: labelOf(graph, node), why })),
              ...neverEdges.map((uuid) => ({ key: uuid, name: edgeLabel(graph, uuid), why: neverWhy(engine.state, uuid) })),
            ]}
          />
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

interface Name {
  readonly key: string;
  readonly name: string;
  readonly run: () => void;
}

const keyOf = ({ key }: { readonly key: string }): string => key;

function Names({ label, names }: { readonly label: string; readonly names: readonly Name[] }) {
  const [whole, setWhole] = useState(false);
  if (whole && names.length > SHOWN) {
    return (
      <div className="coverage-all">
        <WindowedList about={ROW} items={names} keyOf={keyOf} aria-label={label}>
          {({ name, run }, row) => (
            <li {...row}>
              <button type="button" className="coverage-name" onClick={run}>
                {name}
              </button>
            </li>
          )}
        </WindowedList>
      </div>
    );
  }
  return (
    <StillList
      className="coverage-names"
      aria-label={label}
      items={names.slice(0, SHOWN)}
      keyOf={keyOf}
      foot={names.length > SHOWN && (
        <li>
          <Button voice="quiet" className="button-small" onClick={() => { setWhole(true); }}>
            Show {count(names.length - SHOWN)} more
          </Button>
        </li>
      )}
    >
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

/** What can never be seen, each with the reason. */
function Never({ reasons }: { readonly reasons: readonly { readonly key: string; readonly name: string; readonly why: string }[] }) {
  return (
    <div className={reasons.length > SHOWN ? "coverage-never coverage-all" : "coverage-never"} role="group" aria-label="Can never be seen" tabIndex={reasons.length > SHOWN ? 0 : undefined}>
      <WindowedList about={2 * ROW - 8} items={reasons} keyOf={keyOf} aria-label="Can never be seen, and why">
        {({ name, why }, row) => (
          <li {...row}>
            {name}
            <span>{why}</span>
          </li>
        )}
      </WindowedList>
    </div>
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
