import { describe, expect, it } from "vitest";
import { readSessionLog, writeSessionLog } from "@dagnet-realtime/engine/sessionLogFile";
import { openLog } from "../../src/store/replayController.ts";
import { batch, GRAPH, hello, PLACE, POSTURE, scene } from "../support/page.ts";
import { settle } from "../../../client/test/support/environment.ts";

const THERE = { ...PLACE, graph: "h" };
const OTHER = { ...GRAPH, name: "h", version: "v2", title: "Other", nodes: GRAPH.nodes.map((node) => ({ ...node, uuid: `o${node.uuid}`, label: `Other ${node.label}` })), edges: [], listens: GRAPH.listens.map((one) => ({ ...one, node: `o${one.node}` })) };
const SUMMARY = { title: "", version: "", nodes: 2, edges: 0, can_light: 2 };
const MOVED = { watch_session_id: "s1", position: "e:0", posture: POSTURE, graph_version: "v2", started_at: "", expires_at: "" };

async function on(answers = {}) {
  const made = scene({
    "GET /api/workspaces": { workspaces: [{ id: "shop", env: "demo", graphs: [{ ...SUMMARY, name: "g" }, { ...SUMMARY, name: "h" }], errors: [], sources: [] }] },
    "GET /api/workspaces/shop/demo/graphs/h": OTHER, "PATCH /api/watch/s1": MOVED, ...answers,
  });
  made.store.setState({ graphRef: PLACE, graph: GRAPH, phase: "off", me: { person: "you", access: "local", can: ["follow"], demo: false, version: "0" } });
  await made.actions.toggle();
  await settle();
  await made.streams[0]!.send(hello);
  await made.streams[0]!.send(batch(0));
  return made;
}

describe("another graph", () => {
  it("PIC-98: the session goes on, and its log is counted anew on it", async () => {
    const { actions, asked, engine, store, streams } = await on();
    actions.follow.toggle("t");
    await settle();
    await actions.choose(THERE);
    await settle();
    expect(asked.filter((one) => one.startsWith("POST /api/watch") || one.startsWith("DELETE"))).toEqual(["POST /api/watch"]);
    expect(store.getState()).toMatchObject({ phase: "on", session: "s1", graphRef: THERE, graph: { name: "h" }, toasts: [] });
    expect([engine.state.follows, engine.state.position]).toEqual([["t"], "e:0"]);
    await streams[1]!.send({ ...hello, graph_version: "v2" });
    await streams[1]!.send({ ...batch(0, "m0", ["oa"]), age_ms: 60_000 });
    await streams[1]!.send(batch(1, "m1", ["ob"]));
    expect([engine.light.node("oa").count, engine.light.node("ob").count, engine.light.node("a").count, engine.state.accumulation.traces?.live.size]).toEqual([1, 1, 0, 0]);
    expect(store.getState().connection.lagMs).toBe(0);
  });

  it("PIC-98: what only this page heard is counted from its own log", async () => {
    const { actions, engine } = await on();
    engine.dispatch({ kind: "on", session: "s1", position: "", graph: GRAPH, lane: "local" });
    engine.dispatch({ kind: "tap", message: { messageId: "l1", type: "track", name: "see_b", names: ["see_b"], occurredAt: 1, stage: "called", traces: [], properties: {} } });
    await actions.choose(THERE);
    expect([engine.light.node("ob").count, engine.light.node("oa").count, engine.state.lanes]).toEqual([1, 0, ["remote", "local"]]);
  });

  it("PIC-98: without a server everything is counted from the page's own log", async () => {
    const made = scene({ "GET /api/workspaces/shop/demo/graphs/h": OTHER });
    made.store.setState({ graphRef: PLACE, graph: GRAPH, phase: "off", serverless: true });
    await made.actions.toggle();
    made.engine.dispatch({ kind: "tap", message: { messageId: "l1", type: "track", name: "see_b", names: ["see_b"], occurredAt: 1, stage: "called", traces: [], properties: {} } });
    const { session } = made.store.getState();
    await made.actions.choose(THERE);
    expect([made.store.getState().session, made.store.getState().phase, made.engine.light.node("ob").count, made.engine.state.connection]).toEqual([session, "on", 1, "live"]);
  });

  it("PIC-98: a server that cannot be reached leaves the graph that is shown", async () => {
    for (const answers of [{ "GET /api/workspaces/shop/demo/graphs/h": new Response("", { status: 503 }) }, { "PATCH /api/watch/s1": new Response("", { status: 503 }) }]) {
      const { actions, engine, store, streams } = await on(answers);
      await actions.choose(THERE);
      await settle();
      expect(store.getState()).toMatchObject({ phase: "on", session: "s1", graphRef: PLACE, graph: { name: "g" }, toasts: [{ bad: true }] });
      await streams.at(-1)!.send({ ...hello, position: "e:1" });
      await streams.at(-1)!.send(batch(1));
      expect(engine.light.node("a").count).toBe(2);
    }
  });

  it("PIC-98: a server of before begins anew, as it did", async () => {
    const { actions, asked, store } = await on({ "PATCH /api/watch/s1": new Response(JSON.stringify({ code: "invalid", title: "unknown field `graph`" }), { status: 400 }) });
    await actions.choose(THERE);
    await settle();
    expect(asked.filter((one) => one === "POST /api/watch" || one.startsWith("DELETE"))).toEqual(["POST /api/watch", "DELETE /api/watch/s1", "POST /api/watch"]);
    expect(store.getState()).toMatchObject({ phase: "on", graphRef: THERE });
  });

  it("PIC-98: what a filter says of a node that is not there is ended, and said; the rest stays", async () => {
    const { actions, engine, store } = await on();
    actions.filter("type:track node:Landing");
    await actions.choose(THERE);
    expect([store.getState().filter, engine.state.filterText]).toEqual(["type:track", "type:track"]);
    expect(store.getState().toasts).toHaveLength(1);
    actions.filter('node:"Other Landing",Landing');
    await actions.choose(PLACE);
    expect(store.getState().filter).toBe('node:"Other Landing",Landing');
  });

  it("PIC-98: a recording plays on another graph, from where it is, and on its own again", async () => {
    const { engine, context, watch, store, actions } = await on();
    const text = writeSessionLog(engine.state);
    await openLog(context, watch, text);
    store.getState().replay?.seek(Infinity);
    expect(engine.light.node("a").count).toBe(1);
    await actions.choose(THERE);
    expect([engine.light.node("oa").count, engine.light.node("a").count, store.getState().graph?.name, store.getState().phase]).toEqual([1, 0, "h", "replay"]);
    await actions.choose(PLACE);
    expect([engine.light.node("oa").count, engine.light.node("a").count]).toEqual([0, 1]);
    expect(readSessionLog(text)).toMatchObject({ header: { graph: "g" } });
    await store.getState().replay?.close();
  });
});

it("TRC-34, ENG-17: the deletion of a person takes away what their trace was called, by any of its tokens", async () => {
  const { actions, engine, streams, store } = await on();
  const [token, joined] = ["a_0123456789ab", "u_0123456789ab"];
  await streams[0]!.send({ ...batch(1), events: [{ ...batch(1).events[0]!, traces: [{ kind: "userId", token: joined }, { kind: "anonymousId", token }] }] });
  actions.labelTrace(token, "Jane");
  actions.labelTrace("a_abcdefabcdef", "Joe");
  expect(engine.state.accumulation.traces?.tokens.size).toBeGreaterThan(1);
  await streams[0]!.send({ op: "forget", tokens: [joined] });
  expect(Object.values(store.getState().labels)).toEqual(["Joe"]);
});
