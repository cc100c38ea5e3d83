/** A small graph, a server that sends true frames about it, and inputs, for the tests of the engine. */
import type { Action, Hit, Output, Step } from "../src/actions.ts";
import { reduce } from "../src/reduce.ts";
import { initialState, type Options, type State } from "../src/state.ts";
import type { TapMessage } from "../src/tapMessage.ts";
import type { Batch, FrameEvent, Frame, Graph, Hello, EventBinding, Node, Guarantees } from "../src/wire.gen.ts";

export const T0 = Date.UTC(2026, 0, 2, 3, 4, 5);

export function nodeOf(uuid: string, more: Partial<Node> = {}): Node {
  return {
    uuid, id: `${uuid}-id`, label: `Node ${uuid}`, type: "normal", event_id: uuid, absorbing: false, outcome: "", start: uuid === "a", x: 0, y: 0,
    colour: "", description: "", url: "", variants: [], dark: "", ...more,
  };
}

/** a → b → c, listening for "A", "B" (device must be mobile) and "C"; d has no event. */
export const GRAPH: Graph = {
  name: "shop", file: "graphs/shop.json", version: "v1", title: "Shop", postits: [], containers: [], warnings: [],
  nodes: [nodeOf("a"), nodeOf("b"), nodeOf("c", { absorbing: true, outcome: "success" }), nodeOf("d", { event_id: "", dark: "no event" })],
  edges: [["a", "b"], ["b", "c"]].map(([source = "", target = ""]) => ({
    uuid: `${source}${target}`, id: "", source, target, source_face: "right", target_face: "left", p: 0.5, label: "", variant: "", conditional: false,
  })),
  listens: [listen("a", "A"), listen("b", "B", [{ property: "device", operator: "is", values: ["mobile"], property_type: "event" }]), listen("c", "C")],
};

export function listen(node: string, name: string, filters: EventBinding["filters"] = []): EventBinding {
  return { node, label: `Node ${node}`, event_id: node, names: [name], rule: "segment", filters };
}

export const POSTURE: Guarantees = {
  identity: "token", sample: 1, carried_per_second: 500, dedupe_window: 14_400, dedupe_entries: 1_000_000, retention: 900, properties: [], deny: [], trace: [], redacted: true, exact_counts: true, filtered: "server", notes: [],
};

let counted = 0;

/** A carried event that lights `nodes` (words). */
export function event(nodes: string, more: Partial<FrameEvent> = {}): FrameEvent {
  counted += 1;
  const lit = nodes.split(" ").filter(Boolean);
  return {
    id: `m${counted}`, type: "track", name: lit[0]?.toUpperCase() ?? "Unheard", occurred_at: new Date(T0).toISOString(), arrived_at: new Date(T0).toISOString(),
    segment_received_at: null, source: "web", traces: [{ kind: "anonymousId", token: "t1" }], nodes: lit, properties: {}, flags: [], ...more,
  };
}

/** A message of the tap named `name`. */
export function heard(name: string, more: Partial<TapMessage> = {}): TapMessage {
  counted += 1;
  return {
    messageId: `m${counted}`, type: "track", name, names: [name], occurredAt: T0, stage: "called", traces: [{ kind: "anonymousId", token: "local1" }], properties: {}, ...more,
  };
}

/** The frame of `events` from one position to the next, as a true server sends it; those beyond `carried` are counted only. */
export function batch(from: number, events: readonly FrameEvent[], carried = events.length): Batch {
  const counts: Record<string, number> = {}, unmapped: Record<string, number> = {};
  let lit = 0;
  for (const one of events) {
    for (const node of one.nodes) counts[node] = (counts[node] ?? 0) + 1;
    if (one.nodes.length > 0) lit += 1;
    else unmapped[one.name] = (unmapped[one.name] ?? 0) + 1;
  }
  const thinned = events.length - carried;
  return {
    op: "batch", from: `e.${from}`, position: `e.${from + events.length}`, counts, unmapped, other: 0, events: events.slice(0, carried), threshold: thinned > 0 ? 0.5 : 1,
    ledger: { offered: events.length, lit, unmapped: events.length - lit, filtered: 0, missed: 0, carried, thinned, sampled_out: 0, forgotten: 0 },
  };
}

export function hello(position = 0, more: Partial<Hello> = {}): Hello {
  return {
    op: "hello", watch_session_id: "s1", position: `e.${position}`, graph_version: "v1", started_at: new Date(T0).toISOString(), sampling: 1, posture: POSTURE, ledger: {}, protocol: 1, ...more,
  };
}

export const on = (lane: "local" | "remote" | "replay" = "remote", more: Partial<Extract<Action, { kind: "on" }>> = {}): Action =>
  ({ kind: "on", at: T0, session: "s1", position: lane === "local" ? "" : "e.0", graph: GRAPH, lane, ...more });
export const frame = (at: number, one: Frame): Action => ({ kind: "frame", at: T0 + at, frame: one });
export const tap = (at: number, message: TapMessage): Action => ({ kind: "tap", at: T0 + at, message });

/** The state after inputs. */
export function after(inputs: readonly Action[], options: Partial<Options> = {}, out?: Output): State {
  return inputs.reduce((state, input) => reduce(state, structuredClone(input), out), initialState(options));
}

/** Collects what the picture hears. */
export function listener(): Output & { hits: Hit[]; steps: Step[] } {
  const hits: Hit[] = [], steps: Step[] = [];
  return { hits, steps, hit: (one) => hits.push(one), step: (one) => steps.push(one) };
}
