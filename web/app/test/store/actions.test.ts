import { describe, expect, it } from "vitest";
import { batch, GRAPH, hello, PLACE, scene } from "../support/page.ts";
import { settle } from "../../../client/test/support/environment.ts";

async function on(answers = {}) {
  const made = scene(answers);
  made.store.setState({ graphRef: PLACE, graph: GRAPH, phase: "off" });
  await made.actions.toggle();
  await settle();
  await made.streams[0]!.send(hello);
  await made.streams[0]!.send(batch(0));
  return made;
}

describe("what a person can do", () => {
  it("turns on and off", async () => {
    const { actions, store } = await on();
    expect(store.getState().phase).toBe("on");
    await actions.toggle();
    expect(store.getState().phase).toBe("off");
    actions.pause();
    expect(store.getState().paused).toBe(false);
  });

  it("PIC-70: signing out turns off, and leaves nothing in the page", async () => {
    const { actions, asked, engine, store } = await on();
    expect(await actions.signOut()).toBe(true);
    expect(asked.slice(-2)).toEqual(["DELETE /api/watch/s1", "POST /sign-out"]);
    expect([store.getState().phase, store.getState().me, engine.light.node("a").count]).toEqual(["off", null, 0]);
  });

  it("PIC-70: a sign-out that failed says that the person is still signed in", async () => {
    const { actions, answers, store } = await on();
    answers["POST /sign-out"] = new Response("", { status: 503 });
    expect(await actions.signOut()).toBe(false);
    expect(store.getState().toasts).toMatchObject([{ meaning: "You are still signed in.", bad: true }]);
  });

  it("ENG-12: a pause holds the picture and counts what waits; a jump shows it at once", async () => {
    const { actions, streams, engine, store } = await on();
    actions.pause();
    await streams[0]!.send(batch(1));
    expect([store.getState().paused, engine.state.pauseBuffer.pending, engine.light.node("a").count]).toEqual([true, 1, 1]);
    actions.jumpToNow();
    expect([store.getState().paused, engine.light.node("a").count]).toEqual([false, 2]);
    await actions.toggle();
    actions.jumpToNow();
    expect(store.getState().phase).toBe("off");
  });

  it("ENG-12: Clear empties, and its toast undoes it once", async () => {
    const { actions, engine, store } = await on();
    actions.clear();
    expect(engine.light.node("a").count).toBe(0);
    store.getState().toasts[0]?.action?.run();
    expect(engine.light.node("a").count).toBe(1);
  });

  it("PIC-83: a filter hides, and what cannot be read says why", async () => {
    const { actions, engine } = await on();
    actions.filter("device:desktop");
    expect(engine.state.accumulation.view.rows).toHaveLength(0);
    actions.filter('"open');
    expect(engine.state.filterProblem).not.toBeNull();
  });

  it("PIC-49: the server filters when asked, until the filter is another or it refuses", async () => {
    const { actions, asked, answers, store } = await on();
    actions.filter("type:track");
    expect(asked).not.toContain("PATCH /api/watch/s1");
    await actions.filterAtServer(true);
    expect([store.getState().serverFilter, asked.filter((one) => one === "PATCH /api/watch/s1").length]).toEqual(["type:track", 1]);
    actions.filter("");
    await settle();
    expect([store.getState().serverFilter, asked.filter((one) => one === "PATCH /api/watch/s1").length]).toEqual(["", 2]);
    answers["PATCH /api/watch/s1"] = new Response("", { status: 503 });
    await actions.filterAtServer(true);
    expect(store.getState()).toMatchObject({ serverFilter: "", toasts: [{ bad: true }] });
  });

  it("ENG-14: another graph, and a reload, keep the filter that its chips show", async () => {
    const { actions, engine, watch, store } = await on();
    actions.filter("type:page");
    await actions.choose(PLACE);
    expect(engine.state.filterText).toBe("type:page");
    const kept = engine.state;
    store.setState({ filter: "" });
    watch.resume({ session: "s1", place: PLACE, state: kept });
    expect(store.getState().filter).toBe("type:page");
  });

  it("binds an unmapped name, fills in what was counted, and ends the binding when asked", async () => {
    const { actions, streams, engine, store } = await on();
    await streams[0]!.send(batch(1, "u1", [], "scroll"));
    actions.bind("scroll", "b");
    expect(engine.light.node("b").count).toBe(1);
    expect(store.getState().toasts.at(-1)?.what).toBe("scroll lights Basket in this session.");
    store.getState().toasts.at(-1)?.action?.run();
    expect(engine.state.binds.size).toBe(0);
  });

  it("sends a test event, and says when it could not", async () => {
    const { actions, store, answers } = await on({ "POST /api/test-event": { message_id: "x", name: "see_a" } });
    await actions.testEvent("a");
    expect(store.getState().toasts.at(-1)?.what).toContain("see_a");
    answers["POST /api/test-event"] = new Response(JSON.stringify({ title: "Not here." }), { status: 404 });
    await actions.testEvent("a");
    expect(store.getState().toasts.at(-1)?.what).toBe("Not here.");
  });

  it("visitors come and go", async () => {
    const { actions, store, asked, answers } = await on();
    await actions.visitors();
    store.setState({ visitors: 0 });
    await actions.visitors();
    expect(store.getState().visitors).toBeGreaterThan(0);
    await actions.visitors();
    expect([store.getState().visitors, asked.at(-1)]).toEqual([0, "DELETE /api/demo/visitors"]);
    answers["POST /api/demo/visitors"] = new Response("{}", { status: 404 });
    await actions.visitors();
    expect(store.getState().toasts).toHaveLength(1);
  });

  it("looks again at which graphs there are, and keeps what it knew if that fails", async () => {
    const { actions, answers, store } = await on();
    answers["GET /api/workspaces"] = { workspaces: [] };
    await actions.refreshWorkspaces();
    expect(store.getState().workspaces).toEqual([]);
    answers["GET /api/workspaces"] = new Response("", { status: 503 });
    await actions.refreshWorkspaces();
    expect(store.getState().workspaces).toEqual([]);
  });

  it("another graph: On stays On, and the choice is remembered", async () => {
    const { actions, store, kept } = await on();
    await actions.choose(PLACE);
    expect(store.getState().phase).toBe("on");
    expect([...kept.values()].join()).toContain("shop/demo/g");
  });

  it("TRC-28: one thing is selected at a time: a node, an edge, a jump, or what is pointed out", async () => {
    const { actions, store } = await on();
    actions.select("a");
    actions.selectEdge({ kind: "edge", edge: "e" });
    expect(store.getState()).toMatchObject({ selected: null, selectedEdge: { edge: "e" }, preferences: { tab: "node", sideOpen: true } });
    actions.setHighlight({ nodes: ["b"], edges: ["e"] });
    expect(store.getState()).toMatchObject({ selectedEdge: null, highlight: { nodes: ["b"] } });
    actions.select(null);
    expect(store.getState().highlight).toBeNull();
  });

  it("TRC-17: an ignored jump is remembered with its graph, until it is shown again", async () => {
    const { actions, store, kept } = await on();
    actions.ignore("a>b", true);
    actions.ignore("a>b", true);
    expect(store.getState().preferences.ignored).toEqual(["shop/demo/g a>b"]);
    expect([...kept.values()].join()).toContain("a>b");
    actions.ignore("a>b", false);
    expect(store.getState().preferences.ignored).toEqual([]);
  });

  it("PIC-47: selects, opens and remembers", async () => {
    const { actions, store } = await on();
    actions.select("a");
    expect(store.getState()).toMatchObject({ selected: "a", preferences: { tab: "node" } });
    actions.showTrace("t");
    expect(store.getState().preferences.tab).toBe("traces");
    actions.overlay("help");
    actions.overlay("help");
    expect(store.getState().overlay).toBeNull();
    store.setState({ notice: { what: "x", meaning: "", remedy: "", bad: false } });
    actions.dismiss("notice");
    actions.dismiss(99);
    expect(store.getState().notice).toBeNull();
  });
});
