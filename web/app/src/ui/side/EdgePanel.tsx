/** One edge: what was seen along it since On, how long it took, who waits, and the graph's own probability beside it. */
import { neverWhy } from "@dagnet-realtime/engine/select/coverage";
import { posture } from "@dagnet-realtime/engine/select/totals";
import { edge as edgeFacts, node as nodeFacts, wayTraces } from "@dagnet-realtime/engine/select/traces";
import type { Edge, Graph } from "@dagnet-realtime/engine/wire.gen";
import { percent } from "../../picture/geometry/scene.ts";
import { count } from "../format.ts";
import { useEngine } from "../use.ts";
import { labelOf } from "./steps.ts";
import { WayHead } from "./WayHead.tsx";
import { dwellWords, ofWords, waitingWords } from "./waywords.ts";
import { WayTraces } from "./WayTraces.tsx";

const EXAMPLES = 6;

export function EdgePanel({ graph, edge }: { readonly graph: Graph; readonly edge: Edge }) {
  const facts = useEngine("second", (state, now) => edgeFacts(state, edge.uuid, now));
  const came = useEngine("second", (state) => nodeFacts(state, edge.source)?.traces ?? 0);
  const less = useEngine("second", (state) => posture(state));
  const never = useEngine("second", (state) => (facts?.traversals ? "" : neverWhy(state, edge.uuid)));
  const examples = useEngine("second", (state) => wayTraces(state, { edge: edge.uuid }, EXAMPLES));
  const source = labelOf(graph, edge.source);
  const twins = graph.edges.filter((other) => other.source === edge.source && other.target === edge.target).length;
  if (!facts) return null;
  const most = facts.exact ? "" : "≤ ";
  return (
    <div className="side-part">
      <WayHead graph={graph} from={edge.source} to={edge.target} what="Edge" />
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
          <dd>{edge.p === null ? "—" : percent(edge.p)}</dd>
        </div>
      </dl>
      {facts.traversals === 0 ? (
        <p className="way-line">{never === "" ? "No trace has gone along it since On." : `No trace can be counted on it: ${never}.`}</p>
      ) : (
        <p className="way-line">{ofWords(facts.traces, came, facts.exact, less.thinned || less.sampled, source)} What was seen since On; whoever waits may still go.</p>
      )}
      <h3>How long it took</h3>
      <p className="mono">{dwellWords(facts.dwell)}</p>
      {facts.bridged.n > 0 && (
        <p className="way-line">
          {count(facts.inferred)} of them inferred, over nodes without an event; the whole of such ways: <span className="mono">{dwellWords(facts.bridged)}</span>
        </p>
      )}
      <p className="way-line">{waitingWords(facts, source)}</p>
      {twins > 1 && <p className="quiet">{twins} edges join these two nodes; what is seen is counted on the likeliest.</p>}
      {edge.conditional && <p className="quiet">The graph has other probabilities for it under conditions.</p>}
      <WayTraces tokens={examples} title="Last traces along it" />
    </div>
  );
}
