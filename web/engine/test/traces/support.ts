/** Small graphs and events for the tests of traces. */
import { advance, createTraces } from "../../src/traces/traces.ts";
import type { Bounds, TraceEvent, Traces } from "../../src/traces/model.ts";
import type { Edge, Graph, Node } from "../../src/wire.gen.ts";

export interface SmallNode { readonly uuid: string; readonly event?: boolean; readonly start?: boolean; readonly absorbing?: boolean; readonly outcome?: string }
export interface SmallEdge { readonly uuid?: string; readonly from: string; readonly to: string; readonly p?: number | null }

export function graphOf(nodes: readonly SmallNode[], edges: readonly SmallEdge[], version = "1"): Graph {
  return {
    name: "g", file: "g.json", version, title: "G", postits: [], containers: [], warnings: [],
    nodes: nodes.map(({ uuid, start = false, absorbing = false, outcome = "", event = true }): Node => ({
      uuid, id: uuid.toLowerCase(), label: uuid, type: "normal", event_id: event ? uuid : "", absorbing, outcome, start, x: null, y: null,
      colour: "", description: "", url: "", variants: [], dark: event ? "" : "no event",
    })),
    edges: edges.map(({ uuid, from, to, p = null }, n): Edge => ({
      uuid: uuid ?? `${from}${to}${n}`, id: "", source: from, target: to, source_face: "right", target_face: "left", p, label: "", variant: "", conditional: false,
    })),
    listens: nodes.filter(({ event = true }) => event).map(({ uuid }) => ({ node: uuid, label: uuid, event_id: uuid, names: [uuid], rule: "event_id", filters: [] })),
  };
}

/** `A:s x:- B:e` (s start, - no event, e end) and `A>x x>B@0.5`; edge uuids are source, target and place. */
export function graph(nodes: string, edges: string, version = "1"): Graph {
  return graphOf(
    nodes.split(" ").map((text) => {
      const [uuid = "", tags = ""] = text.split(":");
      return { uuid, event: !tags.includes("-"), start: tags.includes("s"), absorbing: tags.includes("e"), outcome: tags.includes("e") ? "success" : "" };
    }),
    edges === "" ? [] : edges.split(" ").map((text) => {
      const [way = "", p] = text.split("@");
      const [from = "", to = ""] = way.split(">");
      return { from, to, p: p === undefined ? null : Number(p) };
    }),
    version,
  );
}

let counted = 0;

/** An event at second `second` that lights `nodes` (words), of the trace tokens `tokens` (words, `kind=token` or `token`). */
export function event(second: number, tokens: string, nodes: string, more: Partial<TraceEvent> = {}): TraceEvent {
  counted += 1;
  const at = 1_000_000 + second * 1000;
  return {
    id: `m${counted}`, type: "track", name: nodes === "" ? "Other" : nodes, at, occurredAt: at, arrivedAt: at, flags: [],
    tokens: words(tokens).map((word) => { const [kind = "", token] = word.split("="); return token === undefined ? { kind: "anonymousId", token: kind } : { kind, token }; }),
    nodes: words(nodes), ...more,
  };
}

/** Traces of a graph after events. */
export function told(of: Graph, events: readonly TraceEvent[], bounds: Partial<Bounds> = {}): Traces {
  const traces = createTraces(of, bounds);
  for (const one of events) advance(traces, one);
  return traces;
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}
