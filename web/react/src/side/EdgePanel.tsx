/** The panel of an edge or a jump: how often, how long it took, who waits, and example traces. */
import { neverWhy } from "@dagnet-realtime/engine/select/coverage";
import { posture } from "@dagnet-realtime/engine/select/totals";
import { edge as edgeFacts, ghostEdge, node as nodeFacts, wayTraces } from "@dagnet-realtime/engine/select/traces";
import type { Evidence } from "@dagnet-realtime/engine/traces/select/jumps";
import type { Edge, Graph } from "@dagnet-realtime/engine/wire.gen";
import { edgePatch } from "@dagnet-realtime/engine/select/patches";
import { Download, EyeOff, Lightbulb, X } from "lucide-react";
import { download } from "../download.ts";
import { count, plural, span } from "../format.ts";
import { useActions, useEngine, useHost } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";
import { percent } from "../picture/scene.ts";
import { AT_MOST, CONDITIONAL, dwellText, labelOf, shareText, waitingText } from "./text.ts";
import { TraceName } from "./TraceName.tsx";
import "../styles/ways.css";
import "../styles/node.css";

const EXAMPLES = 6;

/** What is known of an edge. */
export function EdgePanel({ graph, edge }: { readonly graph: Graph; readonly edge: Edge }) {
  const facts = useEngine("numbers", (state, now) => edgeFacts(state, edge.uuid, now));
  const came = useEngine("numbers", (state) => nodeFacts(state, edge.source)?.traces ?? 0);
  const less = useEngine("numbers", (state) => posture(state));
  const never = useEngine("numbers", (state) => (facts?.traversals ? "" : neverWhy(state, edge.uuid)));
  const examples = useEngine("numbers", (state) => wayTraces(state, { edge: edge.uuid }, EXAMPLES));
  const source = labelOf(graph, edge.source);
  const twins = graph.edges.filter((other) => other.source === edge.source && other.target === edge.target).length;
  if (!facts) return null;
  const most = facts.exact ? "" : "≤ ";
  return (
    <div className="side-part">
      <EdgeHead graph={graph} from={edge.source} to={edge.target} what="Edge" />
      <dl className="figures">
        <div>
          <dt>seen</dt>
          <dd>{count(facts.traversals)}</dd>
        </div>
        <div>
          <dt>traces</dt>
          <dd>
            {most}
            {count(facts.traces)}
          </dd>
        </div>
        <div>
          <dt>waiting</dt>
          <dd>{count(facts.waiting)}</dd>
        </div>
        <div title="The graph's own probability, for context">
          <dt>graph says</dt>
          <dd>
            {edge.p === null ? "—" : percent(edge.p)}
            {edge.conditional ? "*" : ""}
          </dd>
        </div>
      </dl>
      {!facts.exact && <p className="quiet">{AT_MOST}</p>}
      {edge.conditional && <p className="quiet">{CONDITIONAL}</p>}
      {facts.traversals === 0 ? (
        <p className="way-line">{never === "" ? "No trace has gone along it yet." : `No trace can be counted on it: ${never}.`}</p>
      ) : (
        <p className="way-line">{shareText(facts.traces, came, facts.exact, less.thinned || less.sampled, source)} So far; those who wait may still go.</p>
      )}
      <h3>How long it took</h3>
      <p className="mono">{dwellText(facts.dwell)}</p>
      {facts.bridged.n > 0 && (
        <p className="way-line">
          {count(facts.inferred)} of them inferred, over nodes without an event; the whole of such ways: <span className="mono">{dwellText(facts.bridged)}</span>
        </p>
      )}
      <p className="way-line">{waitingText(facts, source)}</p>
      {twins > 1 && <p className="quiet">{twins} edges join these two nodes; what is seen is counted on the likeliest.</p>}
      <ExampleTraces tokens={examples} title="Last traces along it" />
    </div>
  );
}


/** What is known of a jump, and what could be done about it. */
export function JumpPanel({ graph, from, to }: { readonly graph: Graph; readonly from: string; readonly to: string }) {
  const actions = useActions();
  const key = `${from}>${to}`;
  const ignored = useHost((host) => host.isIgnored?.(key) ?? false);
  const jump = useEngine("numbers", (state) => ghostEdge(state, from, to));
  const less = useEngine("numbers", (state) => posture(state));
  const examples = useEngine("numbers", (state) => wayTraces(state, { from, to }, EXAMPLES));
  return (
    <div className="side-part">
      <EdgeHead graph={graph} from={from} to={to} what="Unexpected step" />
      {jump === null ? (
        <p className="quiet">No trace has taken this step yet.</p>
      ) : (
        <>
          <dl className="figures">
            <div>
              <dt>{jump.atLeast ? "seen, at least" : "seen"}</dt>
              <dd>{count(jump.count)}</dd>
            </div>
            <div>
              <dt>traces</dt>
              <dd>
                {jump.exact ? "" : "≤ "}
                {count(jump.traces)}
              </dd>
            </div>
            <div>
              <dt>median gap</dt>
              <dd>{span(jump.medianGapMs)}</dd>
            </div>
            <div>
              <dt>p95 gap</dt>
              <dd>{span(jump.p95GapMs)}</dd>
            </div>
          </dl>
          {!jump.exact && <p className="quiet">{AT_MOST}</p>}
          <Advice graph={graph} evidence={jump.evidence} />
          <Button
            className="button-small"
            icon={<Download size={14} />}
            title="An edge as the graph’s file has it, for the author to review; nothing is changed here"
            onClick={() => {
              download(`${graph.name}-edge.json`, edgePatch(graph, from, to) ?? "", "application/json");
            }}
          >
            Export the edge as a patch
          </Button>
          {(less.thinned || less.sampled) && <p className="quiet">Not every event is shown: some of these only look unexpected, because the event in between was counted and not shown.</p>}
          <Button
            className="button-small"
            icon={<EyeOff size={14} />}
            aria-pressed={ignored}
            title="Not drawn, and not listed; this browser remembers"
            onClick={() => {
              actions.ignore(key, !ignored);
            }}
          >
            {ignored ? "Ignored" : "Ignore this step"}
          </Button>
        </>
      )}
      <ExampleTraces tokens={examples} title="Last traces that took it" />
    </div>
  );
}

function Advice({ graph, evidence }: { readonly graph: Graph; readonly evidence: Evidence }) {
  const actions = useActions();
  const { between, by, of, text } = evidence;
  return (
    <div className="advice">
      <p>
        <Lightbulb size={14} aria-hidden="true" /> {text}
      </p>
      {between !== null && (
        <>
          <p className="advice-evidence">
            <span className="meter" aria-hidden="true">
              <i style={{ width: `${of === 0 ? 0 : (100 * by) / of}%` }} />
            </span>
            <span className="mono">
              {count(by)} of {plural(of, "trace")} by {labelOf(graph, between)}
            </span>
          </p>
          <button
            type="button"
            className="link"
            onClick={() => {
              actions.select(between);
            }}
          >
            Look at {labelOf(graph, between)}
          </button>
        </>
      )}
    </div>
  );
}

/** The heading of an edge or jump, with its two ends. */
export function EdgeHead({ graph, from, to, what }: { readonly graph: Graph; readonly from: string; readonly to: string; readonly what: "Edge" | "Unexpected step" }) {
  const actions = useActions();
  const end = (uuid: string) => (
    <button
      type="button"
      className="link"
      onClick={() => {
        actions.select(uuid);
      }}
    >
      {labelOf(graph, uuid)}
    </button>
  );
  return (
    <header className="side-head">
      <h2>
        <span className="out-of-sight">{what} from </span>
        {end(from)} <span aria-label="to">{what === "Unexpected step" ? "⇢" : "→"}</span> {end(to)}
      </h2>
      <span className="top-gap" />
      <Button
        voice="quiet"
        className="button-small"
        icon={<X size={14} />}
        aria-label={`Close this ${what.toLowerCase()}`}
        onClick={() => {
          actions.selectEdge(null);
        }}
      />
    </header>
  );
}

/** Some traces to open. */
export function ExampleTraces({ tokens, title }: { readonly tokens: readonly string[]; readonly title: string }) {
  const actions = useActions();
  if (tokens.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <p className="chips">
        {tokens.map((token) => (
          <button
            key={token}
            type="button"
            className="chip"
            title={`${token}: follow it`}
            onClick={() => {
              actions.follow.open(token);
            }}
          >
            <TraceName token={token} />
          </button>
        ))}
      </p>
    </>
  );
}
