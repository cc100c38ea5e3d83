/** The panel of a node: what it listens for, what lit it, what nearly did, and its edges. */
import { nodeLight, posture } from "@dagnet-realtime/engine/select/totals";
import { edge as edgeFacts, node as nodeFacts } from "@dagnet-realtime/engine/select/traces";
import { mappedNames } from "@dagnet-realtime/engine/select/unmapped";
import { nearMissReasons } from "@dagnet-realtime/engine/nearMiss";
import type { Edge, Graph, EventBinding, Node } from "@dagnet-realtime/engine/wire.gen";
import { type DarkReason, whyDark } from "@dagnet-realtime/engine/select/whyDark";
import { FlaskConical, MousePointerClick } from "lucide-react";
import { ago, clock, count, moment, plural, rate, span, timeOrDay, value } from "../format.ts";
import { useActions, useEngine, useHost, useSession } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";
import { RovingList, StillList } from "../kit/RovingList.tsx";
import { percent } from "../picture/scene.ts";
import { type FeedRow, lag, rowsOfNode, SLOW_MS, valuesOf } from "../selectors.ts";
import { useViewState } from "../useViewState.ts";
import { EdgePanel, JumpPanel } from "./EdgePanel.tsx";
import { NameDifference } from "./NameDifference.tsx";
import { AT_MOST, CONDITIONAL, labelOf, shareText } from "./text.ts";
import { TraceName } from "./TraceName.tsx";
import "../styles/ways.css";
import "../styles/unmapped.css";
import "../styles/node.css";

/** Rows of a node that the panel reads; the property values are of these. */
const ROWS = 200;
const SHOWN = 5;
/** Properties that a row of the last events says. */
const LAST_VALUES = 4;

/** What is known of the selected node. */
export function NodePanel() {
  const graph = useSession((state) => state.graph);
  const selected = useSession((state) => state.selected);
  const way = useSession((state) => state.selectedEdge);
  const node = graph?.nodes.find(({ uuid }) => uuid === selected);
  const edge = way?.kind === "edge" ? graph?.edges.find(({ uuid }) => uuid === way.edge) : undefined;
  if (graph && edge) return <EdgePanel key={edge.uuid} graph={graph} edge={edge} />;
  if (graph && way?.kind === "jump") return <JumpPanel key={`${way.from}>${way.to}`} graph={graph} from={way.from} to={way.to} />;
  if (!graph || !node)
    return (
      <p className="side-empty">
        <MousePointerClick size={18} aria-hidden="true" />
        Select a node to see what it listens for, what lit it, and to send it a test event; or an edge, to see who went along it.
      </p>
    );
  return <Chosen graph={graph} node={node} />;
}

function Chosen({ graph, node }: { readonly graph: Graph; readonly node: Node }) {
  const actions = useActions();
  const canTest = useHost((host) => host.canTest?.() ?? false);
  const note = useHost((host) => host.listenNote?.() ?? "");
  const on = useSession((state) => state.phase === "on");
  const listens = graph.listens.filter((listen) => listen.node === node.uuid);
  return (
    <div className="side-part">
      <header className="side-head">
        <h2>{node.label || node.id || node.uuid}</h2>
        {node.absorbing && <span className="chip">{node.outcome || "end"}</span>}
      </header>
      {node.description && <p className="quiet">{node.description}</p>}
      <Figures uuid={node.uuid} />
      <WhyDark graph={graph} uuid={node.uuid} />
      <h3>Listens for</h3>
      {listens.length === 0 ? <p>{node.dark || "No event: this node can never be seen by itself."}</p> : listens.map((listen) => <Listening key={`${listen.event_id} ${listen.names.join()}`} listen={listen} />)}
      <MappedHere uuid={node.uuid} />
      {listens.length > 0 && note !== "" && <p className="quiet">{note}</p>}
      {listens.length > 0 && canTest && (
        <Button
          icon={<FlaskConical size={15} />}
          disabled={!on}
          title={on ? "Sends one signed delivery to the webhook" : "Turn Realtime on first"}
          onClick={() => {
            void actions.testEvent(node.uuid);
          }}
        >
          Send a test event
        </Button>
      )}
      <Near uuid={node.uuid} />
      <NodeEdges graph={graph} node={node.uuid} />
      <Last uuid={node.uuid} />
    </div>
  );
}

function Figures({ uuid }: { readonly uuid: string }) {
  const light = useEngine("numbers", (state, now) => nodeLight(state, uuid, now));
  const facts = useEngine("numbers", (state) => nodeFacts(state, uuid));
  const now = useEngine("numbers", (_, at) => at);
  const rates = useViewState().figures === "rates";
  const exact = facts?.exact ?? true;
  return (
    <>
      <dl className="figures">
        <div>
          <dt>so far</dt>
          <dd>{light.of === null ? count(light.count) : `${count(light.count)} of ${count(light.of)}`}</dd>
        </div>
        <div>
          <dt>per second</dt>
          <dd>{rates ? rate(light.rate) : "—"}</dd>
        </div>
        <div>
          <dt>last fired</dt>
          <dd>{rates ? ago(light.lastAt, now) : light.lastAt === null ? "—" : clock(light.lastAt)}</dd>
        </div>
        {light.tests > 0 && (
          <div title="Counted apart: they are in no other figure, and cover nothing">
            <dt>tests</dt>
            <dd>{count(light.tests)}</dd>
          </div>
        )}
        <div title="Distinct traces among those shown">
          <dt>traces</dt>
          <dd>
            {exact ? "" : "≤ "}
            {count(facts?.traces ?? 0)}
          </dd>
        </div>
      </dl>
      {!exact && <p className="quiet">{AT_MOST}</p>}
    </>
  );
}

const RULES: Readonly<Record<EventBinding["rule"], string>> = {
  segment: "by the event definition's Segment name",
  amplitude: "by the event definition's Amplitude name, as it names none for Segment",
  event_id: "by the event id itself, as its definition names no provider's name",
};

function Listening({ listen }: { readonly listen: EventBinding }) {
  return (
    <div className="listen">
      <p className="listen-names">
        {listen.names.map((name) => (
          <code key={name}>{name}</code>
        ))}
      </p>
      <p className="quiet">
        {RULES[listen.rule]} (<code>{listen.event_id}</code>)
      </p>
      {listen.filters.map((filter) => (
        <p key={`${filter.property} ${filter.operator} ${filter.values.join()}`}>
          <span className="quiet">only where</span> <code>{filter.property}</code> {filter.operator} <code>{filter.values.join(" or ")}</code>
          {filter.property_type === "user" && <span className="quiet"> (of the user)</span>}
        </p>
      ))}
    </div>
  );
}

/** Why the node has not been seen, and what to do; nothing if it was. */
function WhyDark({ graph, uuid }: { readonly graph: Graph; readonly uuid: string }) {
  const reasons = useEngine("numbers", (state) => whyDark(state, uuid));
  if (reasons.length === 0) return null;
  return (
    <section className="near" aria-label="Why not seen yet?">
      <h3>Why not seen yet?</h3>
      <ul>
        {reasons.map((reason) => <li key={`${reason.kind}${reason.kind === "spelling" ? reason.name : ""}`}><Reason graph={graph} uuid={uuid} reason={reason} /></li>)}
      </ul>
    </section>
  );
}

function Reason({ graph, uuid, reason }: { readonly graph: Graph; readonly uuid: string; readonly reason: DarkReason }) {
  const actions = useActions();
  switch (reason.kind) {
    case "not-kept": return <>It can never be seen: {reason.why}.</>;
    case "filter":
      return (
        <>
          <Names names={reason.names} /> came {count(reason.count)}×, and this node's filter let none through:
          <ul>
            {reason.reasons.map(({ reason: why, count: n }) => <li key={why}>{why}{n > 1 && <span className="mono quiet"> ×{count(n)}</span>}</li>)}
          </ul>
        </>
      );
    case "spelling":
      return (
        <>
          A name like its own came {count(reason.count)}×: <NameDifference sent={reason.name} listened={reason.expected} />.{" "}
          <button type="button" className="link" onClick={() => { actions.bind(reason.name, uuid); }}>Map it here</button>
        </>
      );
    case "upstream":
      return (
        <>
          Nothing that leads here has been seen either:{" "}
          {reason.nodes.slice(0, UPSTREAM).map((node, i) => (
            <span key={node}>
              {i > 0 && ", "}
              <button type="button" className="link" onClick={() => { actions.select(node); }}>{labelOf(graph, node)}</button>
            </span>
          ))}
          {reason.nodes.length > UPSTREAM && ` and ${count(reason.nodes.length - UPSTREAM)} more`}.
        </>
      );
    case "never":
      return (
        <>
          No event named <Names names={reason.names} /> has come since {clock(reason.since)}.
          {reason.missed > 0 && ` ${plural(reason.missed, "event")} of that time ${reason.missed === 1 ? "was" : "were"} missed, and may have been it.`}
        </>
      );
  }
}

/** Nodes upstream that are named. */
const UPSTREAM = 4;

function Names({ names }: { readonly names: readonly string[] }) {
  return names.map((name, i) => <span key={name}>{i > 0 && " or "}<code>{name}</code></span>);
}

/** Names that the viewer mapped to the node; each can be unmapped at any time. */
function MappedHere({ uuid }: { readonly uuid: string }) {
  const actions = useActions();
  const names = useEngine("rows", (state) => mappedNames(state).filter(({ node }) => node === uuid));
  return names.map(({ name, count: n }) => (
    <div key={name} className="listen mapped-here">
      <p className="listen-names">
        <code>{name}</code>
        <Button className="button-small" aria-label={`Unmap ${name}`} onClick={() => { actions.unbind(name); }}>
          Unmap
        </Button>
      </p>
      <p className="quiet">mapped here, in this session only · {plural(n, "event")}</p>
    </div>
  ));
}

function Near({ uuid }: { readonly uuid: string }) {
  const seen = useEngine("numbers", (state, now) => nodeLight(state, uuid, now).all > 0);
  const told = useEngine("numbers", (state) => (state.accumulation.traces ? nearMissReasons(state.accumulation.traces.near, uuid) : []));
  const all = useEngine("numbers", (state) => state.accumulation.traces?.near.get(uuid)?.count ?? 0);
  // A node that was not seen says so under “Why not seen yet?”.
  if (told.length === 0 || !seen) return null;
  return (
    <div className="near">
      <p>
        <strong>{plural(all, "near miss", "near misses")}.</strong> {all === 1 ? "An event" : "Events"} would have reached this node, but
      </p>
      <ul>
        {told.map(({ reason, count: n }) => (
          <li key={reason}>
            {reason}
            {n > 1 && <span className="mono quiet"> ×{count(n)}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** When it came, of which trace, with which values; it opens the trace. */
function LastRow({ row }: { readonly row: FeedRow }) {
  const actions = useActions();
  const token = row.traces[0]?.token ?? "";
  const late = lag(row) ?? 0;
  const says = (
    <>
      <span className="mono">{timeOrDay(row.occurredAt, row.at)}</span>
      <span className="last-trace">{token !== "" && <TraceName token={token} />}</span>
      <span className="mono quiet last-lag">{late > SLOW_MS ? span(late) : ""}</span>
      <span className="mono quiet last-values">{Object.entries(row.properties).slice(0, LAST_VALUES).map(([key, of]) => `${key} ${value(of)}`).join(" · ")}</span>
    </>
  );
  const title = `Occurred ${moment(row.occurredAt)}\nArrived ${Number.isNaN(row.arrivedAt) ? "not yet" : moment(row.arrivedAt)}`;
  if (token === "") return <div className="last-row" title={title}>{says}</div>;
  return <button type="button" className="last-row" title={`${title}\nOpens the trace`} onClick={() => { actions.follow.open(token); }}>{says}</button>;
}

function Last({ uuid }: { readonly uuid: string }) {
  const rows = useEngine("numbers", (state) => rowsOfNode(state, uuid, ROWS));
  const values = valuesOf(rows);
  return (
    <>
      <h3>Last events</h3>
      {rows.length === 0 && <p className="quiet">None yet.</p>}
      <StillList className="last" items={rows.slice(0, SHOWN)} keyOf={({ row }) => String(row)} whileOver>
        {(row) => <li><LastRow row={row} /></li>}
      </StillList>
      {values.length > 0 && <h3>Values seen {rows.length === ROWS ? <span className="quiet">in the last {ROWS}</span> : null}</h3>}
      <dl className="values">
        {values.map(({ property, values: some, distinct }) => (
          <div key={property}>
            <dt className="mono">{property}</dt>
            <dd className="mono">
              {some.map(({ value: of, count: n }) => `${of}${n > 1 ? ` ×${n}` : ""}`).join(" · ")}
              {distinct > some.length ? ` · ${distinct - some.length} more` : ""}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** Where traces went from a node, and where the graph says they go. */
export function NodeEdges({ graph, node }: { readonly graph: Graph; readonly node: string }) {
  const from = graph.edges.filter(({ source }) => source === node);
  const to = graph.edges.filter(({ source, target }) => target === node && source !== node);
  return (
    <>
      <EdgeList title="Leads to" graph={graph} edges={from} end="target" />
      <EdgeList title="Comes from" graph={graph} edges={to} end="source" />
    </>
  );
}

function EdgeList({ title, graph, edges, end }: { readonly title: string; readonly graph: Graph; readonly edges: readonly Edge[]; readonly end: "source" | "target" }) {
  if (edges.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <RovingList>
        {edges.map((edge) => <li key={edge.uuid}><EdgeRow graph={graph} edge={edge} end={end} /></li>)}
      </RovingList>
      {edges.some(({ conditional }) => conditional) && <p className="quiet">{CONDITIONAL}</p>}
    </>
  );
}

/** How many of the traces at the edge's source went on along it, beside what the graph says. */
function EdgeRow({ graph, edge, end }: { readonly graph: Graph; readonly edge: Edge; readonly end: "source" | "target" }) {
  const actions = useActions();
  const facts = useEngine("numbers", (state, now) => edgeFacts(state, edge.uuid, now));
  const came = useEngine("numbers", (state) => nodeFacts(state, edge.source)?.traces ?? 0);
  const less = useEngine("numbers", (state) => posture(state));
  const [went, exact] = [facts?.traces ?? 0, facts?.exact ?? true];
  const seen = went <= came && came > 0 ? went / came : null;
  return (
    <button
      type="button"
      className="way-row"
      title={shareText(went, came, exact, less.thinned || less.sampled, labelOf(graph, edge.source)) || undefined}
      onClick={() => {
        actions.selectEdge({ kind: "edge", edge: edge.uuid });
      }}
    >
      <span className="way-name">{labelOf(graph, edge[end])}</span>
      <span className="mono">{exact ? "" : "≤ "}{seen === null ? `${count(went)}×` : `${count(went)} of ${count(came)} · ${percent(seen)}`}</span>
      <span className="way-bar" aria-hidden="true">
        <i style={{ width: `${100 * (seen ?? 0)}%` }} />
        {edge.p !== null && <b style={{ left: `${100 * edge.p}%` }} />}
      </span>
      <span className="mono quiet">
        {edge.p === null ? "" : `graph ${percent(edge.p)}`}
        {edge.conditional ? "*" : ""}
      </span>
    </button>
  );
}
