/** The tooltip of the edge or jump under the pointer. */
import { posture } from "@dagnet-realtime/engine/select/totals";
import { edge as edgeFacts, ghostEdge } from "@dagnet-realtime/engine/select/traces";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { percent } from "./picture/scene.ts";
import type { EdgeRef } from "./picture/types.ts";
import { plural, span } from "./format.ts";
import { dwellText, labelOf } from "./side/text.ts";
import { useEngine } from "./hooks.ts";
import "./styles/ways.css";

/** Where the pointer rests, in CSS pixels of the canvas. */
export interface EdgeHoverAt {
  readonly edge: EdgeRef;
  readonly x: number;
  readonly y: number;
}

const WIDTH = 300;

/** The tooltip of the edge under the pointer. */
export function EdgeTooltip({ graph, hover: { edge, x, y } }: { readonly graph: Graph; readonly hover: EdgeHoverAt }) {
  return (
    <div className="tip way-tip" style={{ left: `clamp(8px, ${x - WIDTH / 2}px, calc(100% - ${WIDTH + 8}px))`, top: y + 16 }} aria-hidden="true">
      {edge.kind === "edge" ? <EdgeTip graph={graph} edge={edge.edge} /> : <JumpTip graph={graph} from={edge.from} to={edge.to} />}
    </div>
  );
}

function EdgeTip({ graph, edge: uuid }: { readonly graph: Graph; readonly edge: string }) {
  const facts = useEngine("numbers", (state, now) => edgeFacts(state, uuid, now));
  const { thinned, sampled } = useEngine("numbers", (state) => posture(state));
  const edge = graph.edges.find((one) => one.uuid === uuid);
  if (!facts || !edge) return null;
  const seen = facts.traversals === 0 ? "Not seen yet" : `Seen ${plural(facts.traversals, "time")}, by ${facts.exact ? "" : "at most "}${plural(facts.traces, thinned || sampled ? "shown trace" : "trace")}`;
  return (
    <>
      <strong>
        {labelOf(graph, edge.source)} → {labelOf(graph, edge.target)}
      </strong>
      <span>{seen}</span>
      {facts.dwell.n > 0 && <span className="mono">{dwellText(facts.dwell)}</span>}
      {facts.dwell.n === 0 && facts.bridged.n > 0 && <span className="mono">{dwellText(facts.bridged)}, inferred</span>}
      {facts.waiting > 0 && <span>{plural(facts.waiting, "trace")} waiting</span>}
      {edge.p !== null && <span className="quiet">The graph says {percent(edge.p)}</span>}
    </>
  );
}

function JumpTip({ graph, from, to }: { readonly graph: Graph; readonly from: string; readonly to: string }) {
  const jump = useEngine("numbers", (state) => ghostEdge(state, from, to));
  if (!jump) return null;
  return (
    <>
      <strong>
        {labelOf(graph, from)} ⇢ {labelOf(graph, to)}
      </strong>
      <span>
        Jumped {plural(jump.count, "time")}, by {jump.exact ? "" : "at most "}{plural(jump.traces, "trace")}, after {span(jump.medianGapMs)} (median)
      </span>
      <span className="quiet">{jump.advice}</span>
    </>
  );
}
