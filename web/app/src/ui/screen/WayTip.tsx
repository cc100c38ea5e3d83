/** A few words about the edge or jump that the pointer rests on; a click shows all of it in the panel. */
import { posture } from "@dagnet-realtime/engine/select/totals";
import { edge as edgeFacts, ghostEdge } from "@dagnet-realtime/engine/select/traces";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { percent } from "../../picture/geometry/scene.ts";
import type { WayRef } from "../../picture/contract.ts";
import { plural, span } from "../format.ts";
import { labelOf } from "../side/steps.ts";
import { dwellWords } from "../side/waywords.ts";
import { useEngine } from "../use.ts";

/** Where the pointer rests, in CSS pixels of the canvas. */
export interface Rest {
  readonly way: WayRef;
  readonly x: number;
  readonly y: number;
}

const WIDTH = 300;

export function WayTip({ graph, rest: { way, x, y } }: { readonly graph: Graph; readonly rest: Rest }) {
  return (
    <div className="tip way-tip" style={{ left: `clamp(8px, ${x - WIDTH / 2}px, calc(100% - ${WIDTH + 8}px))`, top: y + 16 }} aria-hidden="true">
      {way.kind === "edge" ? <EdgeTip graph={graph} edge={way.edge} /> : <JumpTip graph={graph} from={way.from} to={way.to} />}
    </div>
  );
}

function EdgeTip({ graph, edge: uuid }: { readonly graph: Graph; readonly edge: string }) {
  const facts = useEngine("second", (state, now) => edgeFacts(state, uuid, now));
  const { thinned, sampled } = useEngine("second", (state) => posture(state));
  const edge = graph.edges.find((one) => one.uuid === uuid);
  if (!facts || !edge) return null;
  const seen = facts.traversals === 0 ? "Nothing seen since On" : `Seen ${plural(facts.traversals, "time")}, by ${facts.exact ? "" : "at most "}${plural(facts.traces, thinned || sampled ? "carried trace" : "trace")}`;
  return (
    <>
      <strong>
        {labelOf(graph, edge.source)} → {labelOf(graph, edge.target)}
      </strong>
      <span>{seen}</span>
      {facts.dwell.n > 0 && <span className="mono">{dwellWords(facts.dwell)}</span>}
      {facts.dwell.n === 0 && facts.bridged.n > 0 && <span className="mono">{dwellWords(facts.bridged)}, inferred</span>}
      {facts.waiting > 0 && <span>{plural(facts.waiting, "trace")} waiting</span>}
      {edge.p !== null && <span className="quiet">The graph says {percent(edge.p)}</span>}
    </>
  );
}

function JumpTip({ graph, from, to }: { readonly graph: Graph; readonly from: string; readonly to: string }) {
  const jump = useEngine("second", (state) => ghostEdge(state, from, to));
  if (!jump) return null;
  return (
    <>
      <strong>
        {labelOf(graph, from)} ⇢ {labelOf(graph, to)}
      </strong>
      <span>
        Jumped {plural(jump.count, "time")}, by {plural(jump.traces, "trace")}, after {span(jump.medianGapMs)} (median)
      </span>
      <span className="quiet">{jump.advice}</span>
    </>
  );
}
