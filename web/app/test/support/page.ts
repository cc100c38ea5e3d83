/** A page without a screen: store, engine, watch and actions over a server that answers as a test says. */
import type { Graph, Node, Guarantees } from "@dagnet-realtime/engine/wire.gen";
import { Api } from "@dagnet-realtime/client/api";
import type { StreamSlots } from "@dagnet-realtime/client/transport/streamSlots";
import { Actions } from "../../src/store/actions.ts";
import { EngineHost } from "@dagnet-realtime/client/engineHost";
import { readPreferences } from "../../src/store/preferences.ts";
import { createUiStore } from "../../src/store/uiState.ts";
import { SessionController } from "../../src/store/sessionController.ts";
import { FakeStream, FakeEnvironment } from "../../../client/test/support/environment.ts";

export const PLACE = { workspace: "shop", env: "demo", graph: "g" };

const node = (uuid: string, label: string): Node => ({
  uuid, id: uuid, label, type: "normal", event_id: uuid, absorbing: false, outcome: "", start: uuid === "a", x: 0, y: 0, colour: "", description: "", url: "", variants: [], dark: "",
});

export const GRAPH: Graph = {
  name: "g", file: "graphs/g.json", version: "v1", title: "Shop", nodes: [node("a", "Landing"), node("b", "Basket")], postits: [], containers: [], warnings: [],
  edges: [{ uuid: "e", id: "e", source: "a", target: "b", source_face: "right", target_face: "left", p: 0.5, label: "", variant: "", conditional: false }],
  listens: ["a", "b"].map((one) => ({ node: one, label: one === "a" ? "Landing" : "Basket", event_id: one, names: [`see_${one}`], rule: "segment" as const, filters: [] })),
};

export const POSTURE = { identity: "token", sample: 1, carried_per_second: 500, dedupe_window: 14_400, dedupe_entries: 1_000_000, retention: 900, properties: [], deny: [], trace: [], redacted: true, exact_counts: true, filtered: "browser", notes: [] } satisfies Guarantees;

const ME = { person: "you", access: "local", can: [], demo: false, version: "0" };
const WORKSPACES = { workspaces: [{ id: "shop", env: "demo", graphs: [{ name: "g", title: "Shop", version: "v1", nodes: 2, edges: 1, can_light: 2 }], errors: [], sources: [] }] };

/** Answers by "METHOD path"; an answer that is a Response goes out as it is. */
export type Answers = Record<string, unknown>;

export function scene(answers: Answers = {}) {
  const environment = new FakeEnvironment();
  const streams: FakeStream[] = [];
  const asked: string[] = [];
  const all: Answers = {
    "GET /api/me": ME,
    "GET /api/workspaces": WORKSPACES,
    "GET /api/workspaces/shop/demo/graphs/g": GRAPH,
    "POST /api/watch": { watch_session_id: "s1", position: "e:0", posture: POSTURE, graph_version: "v1", started_at: "", expires_at: "" },
    ...answers,
  };
  const api = new Api((url, init) => {
    const key = `${init?.method ?? "GET"} ${url.split("?")[0] ?? ""}`;
    asked.push(key);
    if (key.endsWith("/stream")) {
      const stream = new FakeStream(init?.signal);
      streams.push(stream);
      return Promise.resolve(stream.response);
    }
    const found = all[key];
    if (found instanceof Response) return Promise.resolve(found.clone());
    return Promise.resolve(new Response(JSON.stringify(found ?? {}), { status: 200 }));
  });
  const slots: StreamSlots = { acquire: () => Promise.resolve({ release: () => undefined }) };
  const store = createUiStore(readPreferences(null, false));
  const engine = new EngineHost(() => environment.now());
  const context = { store, engine, api, slots, environment };
  const watch = new SessionController(context);
  const kept = new Map<string, string>();
  const shelf = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value), removeItem: (key: string) => void kept.delete(key) };
  const actions = new Actions(context, watch, shelf);
  return { ...context, environment, context, watch, actions, session: watch, streams, asked, kept, shelf, answers: all };
}

/** A batch that lights `a` once with an event of trace `t`. */
export const batch = (from: number, id = `m${from}`, nodes: string[] = ["a"], name = "see_a") => ({
  op: "batch" as const, from: `e:${from}`, position: `e:${from + 1}`, counts: Object.fromEntries(nodes.map((one) => [one, 1])), unmapped: nodes.length === 0 ? { [name]: 1 } : {}, other: 0, threshold: 1,
  events: [{ id, type: "track" as const, name, occurred_at: "2026-01-02T03:04:05.000Z", arrived_at: "2026-01-02T03:04:05.040Z", segment_received_at: null, source: "web", traces: [{ kind: "anonymousId", token: "t" }], nodes, properties: { device: "mobile" }, flags: [] }],
  ledger: { offered: 1, lit: nodes.length > 0 ? 1 : 0, unmapped: nodes.length > 0 ? 0 : 1, filtered: 0, missed: 0, carried: 1, thinned: 0, sampled_out: 0, forgotten: 0 },
});

export const hello = { op: "hello" as const, watch_session_id: "s1", position: "e:0", graph_version: "v1", started_at: "2026-01-02T03:04:00.000Z", sampling: 1, posture: POSTURE, ledger: {}, protocol: 1 };
