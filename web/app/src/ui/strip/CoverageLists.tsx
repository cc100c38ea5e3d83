/** What has lit, what is dark, what never can and why; points the dark ones out, and saves all of it. */
import { neverWhy, type Coverage } from "@dagnet-realtime/engine/select/coverage";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { Download, ScanSearch } from "lucide-react";
import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { download } from "../download.ts";
import { plural } from "../format.ts";
import { Button } from "../kit/Button.tsx";
import { edgeLabel } from "../side/edgelabel.ts";
import { labelOf } from "../side/steps.ts";
import { useActions, useRealtime, useShell } from "../use.ts";
import { coverageFile } from "./coveragefile.ts";

/** Names shown of a list; the saved file has all. */
const SHOWN = 24;

export function CoverageLists({ graph, found }: { readonly graph: Graph; readonly found: Coverage }) {
  const actions = useActions();
  const { engine } = useRealtime();
  const session = useShell((shell) => shell.session);
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
                actions.point({ nodes: dark, edges: darkEdges });
              }}
            >
              Select the dark ones
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
      <Part title={`${nodesLit} of ${plural(nodes, "node")} lit`} of={nodes} lit={nodesLit}>
        {dark.length > 0 && <Names label="Dark nodes" names={dark.map((uuid) => ({ key: uuid, name: labelOf(graph, uuid), run: () => { actions.select(uuid); } }))} />}
      </Part>
      <Part title={`${edgesLit} of ${plural(edges, "edge")} gone along by carried traces`} of={edges} lit={edgesLit}>
        {darkEdges.length > 0 && <Names label="Dark edges" names={darkEdges.map((uuid) => ({ key: uuid, name: edgeLabel(graph, uuid), run: () => { actions.way({ kind: "edge", edge: uuid }); } }))} />}
      </Part>
      {never.length + neverEdges.length > 0 && (
        <details>
          <summary>
            {[never.length > 0 ? plural(never.length, "node") : "", neverEdges.length > 0 ? plural(neverEdges.length, "edge") : ""].filter(Boolean).join(" and ")} can never light
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
    <ul className="coverage-names" aria-label={label}>
      {names.slice(0, SHOWN).map(({ key, name, run }) => (
        <li key={key}>
          <button type="button" className="chip" onClick={run}>
            {name}
          </button>
        </li>
      ))}
      {names.length > SHOWN && <li className="quiet">and {names.length - SHOWN} more</li>}
    </ul>
  );
}
