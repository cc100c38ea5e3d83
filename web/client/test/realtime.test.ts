import { afterEach, describe, expect, it, vi } from "vitest";
import { batch, GRAPH, hello, PLACE, scene, type Answers } from "../../app/test/support/page.ts";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { writeSessionLog } from "@dagnet-realtime/engine/sessionLogFile";
import { graphFrom } from "../src/graph/graphFrom.ts";
import type { Mapping } from "../src/hostInterface.ts";
import { realtime } from "../src/realtime.ts";
import { serverSource } from "../src/sources/remote.ts";
import { log } from "../src/sources/log.ts";
import { FakeEnvironment, settle } from "./support/environment.ts";

function session(answers: Answers = {}, graph: Graph = GRAPH) {
  const made = scene(answers);
  const mappings: Mapping[] = [];
  const it = realtime({ graph, source: serverSource(PLACE, () => ({ api: made.api, slots: made.slots })), onBind: (mapping) => mappings.push(mapping) }, made.environment);
  return { ...made, it, mappings };
}

async function on(answers: Answers = {}) {
  const made = session(answers);
  await made.it.on();
  await settle();
  await made.streams[0]!.send(hello);
  return { ...made, stream: made.streams[0]! };
}

afterEach(() => { vi.unstubAllGlobals(); });

describe("a session for a host that draws the graph itself", () => {
  it("EMB-1: lights nodes, and sums up at most four times a second", async () => {
    const { it, stream, environment } = await on();
    await environment.advance(1000);
    const states: unknown[] = [];
    it.subscribe(() => states.push(it.state));
    for (let n = 0; n < 20; n += 1) {
      await stream.send(batch(n));
      await environment.advance(100);
    }
    expect(it.light.node("a").count).toBe(20);
    await environment.advance(250);
    expect(it.state).toMatchObject({ phase: "on", connection: "live", transport: "push", why: "", counts: { total: 20, mapped: 20, unmapped: 0 }, nodes: { a: { count: 20 } }, ledger: { balances: true } });
    expect(states.length).toBeGreaterThan(4);
    expect(states.length).toBeLessThanOrEqual(10);
    expect(new Set(states).size).toBe(states.length);
    await environment.advance(1000);
    const seen: string[] = [];
    it.subscribe(() => seen.push(`${it.state.phase} ${it.state.connection}`));
    await it.off();
    await environment.advance(250);
    expect(it.state).toMatchObject({ phase: "off", connection: "off", why: "", nodes: { a: { count: 20 } } });
    expect(new Set(seen)).toEqual(new Set(["off off"]));
  });

  it("EMB-2: what goes wrong is a sentence, never an exception", async () => {
    const refused = session({ "POST /api/watch": new Response(JSON.stringify({ title: "Too many sessions.", remedy: "Close one." }), { status: 429 }) });
    await refused.it.on();
    await refused.environment.advance(250);
    expect(refused.it.state).toMatchObject({ phase: "off", connection: "off", why: "Too many sessions. Close one." });
    const html = session({ "POST /api/watch": new Response("<html>", { status: 200 }) });
    await html.it.on();
    await html.environment.advance(250);
    expect(html.it.state.why).toContain("Another program answers at the server's address.");
    const empty = session({}, { ...GRAPH, nodes: [], edges: [] });
    await empty.it.on();
    expect([empty.it.state.why, empty.asked]).toEqual(["The graph has no nodes, so nothing can light.", []]);
  });

  it("EMB-2: a server of a later protocol is refused, and says so", async () => {
    const { it, stream, environment } = await on();
    await stream.send({ ...hello, protocol: 99 });
    await environment.advance(250);
    expect(it.state).toMatchObject({ phase: "off", connection: "off" });
    expect(it.state.why).toContain("protocol 99");
  });

  it("EMB-2: a graph with double uuids, edges to nowhere or no layout lights as far as it can, and says so", async () => {
    const node = (uuid: string, at: object = { layout: { x: 1, y: 2 } }) => ({ uuid, id: uuid, label: uuid, event_id: "see_a", ...at });
    const whole = { nodes: [node("a"), node("b")], edges: [{ uuid: "e", from: "a", to: "b" }] };
    const cases = [
      [{ ...whole, nodes: [...whole.nodes, node("a")] }, "A second node has the uuid “a”"],
      [{ ...whole, edges: [...whole.edges, { uuid: "f", from: "a", to: "nowhere" }, { uuid: "g", from: "gone", to: "a" }] }, /which is no node; it is left out. There are 1 more/],
      [{ ...whole, nodes: [node("a"), node("b"), null] }, "is no node and is left out"],
      [{ ...whole, nodes: [node("a", {}), node("b", { layout: {} })] }, "No node of the graph has a position."],
      [{ nodes: "none" }, "The graph has no nodes"],
      [whole, ""],
    ] as const;
    const { it, stream, environment } = await on();
    for (const [n, [graph, why]] of cases.entries()) {
      it.update(graphFrom({ graph, name: "g" }).graph);
      await stream.send(batch(n));
      await environment.advance(250);
      if (why === "") expect(it.state.why).toBe("");
      else expect(it.state.why).toMatch(why);
      expect([it.state.phase, it.light.node("a").count > 0]).toEqual(["on", graph.nodes !== "none"]);
    }
  });

  it("EMB-2: a session that is gone says why, and a listener's error is its own", async () => {
    const reported: unknown[] = [];
    vi.stubGlobal("reportError", (error: unknown) => reported.push(error));
    const { it, stream, environment } = await on();
    let called = 0;
    it.subscribe(() => { throw new Error("the host's"); });
    it.subscribe(() => { called += 1; });
    await stream.send({ op: "bye", reason: "the lease ran out", retry_after: null });
    await environment.advance(250);
    expect(it.state).toMatchObject({ phase: "off", why: "the lease ran out" });
    expect([called > 0, String(reported[0])]).toEqual([true, "Error: the host's"]);
  });

  it("EMB-35: Off while it opens closes what was opened, and On twice opens once", async () => {
    const { it, asked, environment } = session();
    const first = it.on();
    await it.on();
    await it.off();
    await first;
    await environment.advance(250);
    expect(it.state.phase).toBe("off");
    expect(asked.filter((one) => one === "POST /api/watch")).toHaveLength(1);
    expect(asked.at(-1)).toBe("DELETE /api/watch/s1");
  });

  it("ENG-15: a name bound to a node lights it from On on, and the host hears the mapping", async () => {
    const { it, stream, environment, mappings } = await on();
    await stream.send(batch(0, "m0", [], "Order Placed"));
    expect(it.bind("Order Placed", "nowhere")).toBe(false);
    expect(it.bind("Order Placed", "b")).toBe(true);
    expect(it.bind("Order Placed", "a")).toBe(false);
    await environment.advance(250);
    expect(mappings).toEqual([{ name: "Order Placed", node: "b", nodeId: "b", eventId: "b" }]);
    expect([it.state.nodes["b"]?.count, it.state.unmapped, it.state.binds]).toEqual([1, [], { "Order Placed": "b" }]);
  });

  it("EMB-1: a name whose events nearly lit a node is distinguished from one that no node listens for", async () => {
    const filter = { property: "device", operator: "is", values: ["desktop"], property_type: "event" as const };
    const filtered = { ...GRAPH, listens: [GRAPH.listens[0]!, { ...GRAPH.listens[1]!, filters: [filter] }] };
    const { it, streams, environment } = session({ "GET /api/workspaces/shop/demo/graphs/g": filtered }, filtered);
    expect(it.state.nearMisses).toEqual([]);
    await it.on();
    await settle();
    await streams[0]!.send(hello);
    await streams[0]!.send(batch(0, "m0", [], "see_b"));
    await streams[0]!.send(batch(1, "m1", [], "See_A"));
    await streams[0]!.send(batch(2, "m2", [], "Else"));
    await environment.advance(250);
    expect(it.state).toMatchObject({ counts: { total: 3, mapped: 0, unmapped: 3 }, unmapped: [{ name: "Else", count: 1 }] });
    expect(it.state.nearMisses.map(({ name, count, misses }) => [name, count, misses])).toEqual([
      ["See_A", 1, [{ node: "a", label: "Landing", reason: expect.stringContaining("the case differs") as string }]],
      ["see_b", 1, [{ node: "b", label: "Basket", reason: "its property device was “mobile”, and must be “desktop”" }]],
    ]);
    // Counts alone, as a server sends once it leaves events out: the binding still tells.
    await streams[0]!.send({ ...batch(3), counts: {}, unmapped: { see_b: 4 }, events: [], threshold: 0.1, ledger: { ...batch(3).ledger, offered: 4, lit: 0, unmapped: 4, carried: 0, thinned: 4 } });
    it.clear();
    await streams[0]!.send({ ...batch(4), counts: {}, unmapped: { see_b: 2, Else: 1 }, events: [], ledger: { ...batch(4).ledger, offered: 3, lit: 0, unmapped: 3, carried: 0, thinned: 3 } });
    await environment.advance(250);
    expect([it.state.unmapped.map(({ name }) => name), it.state.nearMisses.map(({ name, count, misses }) => [name, count, misses.map(({ node }) => node)])]).toEqual([["Else"], [["see_b", 2, ["b"]]]]);
    it.bind("see_b", "a");
    await environment.advance(250);
    expect([it.state.nearMisses, it.state.nodes["a"]?.count]).toEqual([[], 2]);
  });

  it("EMB-35: pause holds the picture, clear begins anew, undo takes it back, follow stays over Off", async () => {
    const { it, stream, environment, asked } = await on();
    await stream.send(batch(0));
    it.pause();
    await stream.send(batch(1));
    await environment.advance(250);
    expect([it.light.node("a").count, it.state.paused, it.state.counts.pending]).toEqual([1, true, 1]);
    it.resume();
    await environment.advance(3000);
    expect([it.light.node("a").count, it.state.paused]).toEqual([2, false]);
    it.clear();
    await environment.advance(250);
    expect(it.state.counts.total).toBe(0);
    it.undo();
    it.filter("nonsense:");
    it.follow("t");
    await environment.advance(250);
    expect([it.state.counts.total, it.state.filter.problem !== "", it.state.followed.map(({ token }) => token)]).toEqual([2, true, ["t"]]);
    expect(asked).toContain("PATCH /api/watch/s1");
    await it.off();
    await it.on();
    await environment.advance(250);
    it.unfollow();
    it.unfollow();
    await environment.advance(250);
    expect(it.state.followed).toEqual([]);
  });
});

describe("an edited graph", () => {
  const bound = (node: string, name: string): Graph["listens"][number] => ({ ...GRAPH.listens[0]!, node, names: [name] });

  it("EMB-6: a dragged node loses nothing", async () => {
    const { it, stream, environment } = await on();
    await stream.send(batch(0));
    it.follow("t");
    for (let n = 1; n < 5; n += 1) {
      it.update({ ...GRAPH, version: `d${n}`, nodes: GRAPH.nodes.map((node) => ({ ...node, x: n })) });
      await stream.send(batch(n));
    }
    await environment.advance(250);
    expect(it.state).toMatchObject({ phase: "on", counts: { total: 5 }, nodes: { a: { count: 5 } }, traces: { seen: 1 } });
    expect(it.state.followed).toHaveLength(1);
  });

  it("EMB-6: another binding lights what is held and what comes, though the server still matches by the old one", async () => {
    const { it, stream, environment } = await on();
    await stream.send(batch(0));
    it.update({ ...GRAPH, version: "e1", listens: [bound("b", "see_a")] });
    await stream.send(batch(1));
    await environment.advance(250);
    expect([it.light.node("a").count, it.state.nodes["b"]]).toEqual([0, { count: 2, lastAt: expect.any(Number) as number, since: it.state.since, exact: true }]);
    await stream.send({ ...batch(2), threshold: 0.5 });
    await environment.advance(250);
    expect(it.state.nodes["b"]).toMatchObject({ count: 3, exact: false });
    expect(it.state.ledger.balances).toBe(true);
  });

  it("EMB-6: a server that has another graph is followed as soon as its graph is known", async () => {
    const theirs = { ...GRAPH, version: "v9", listens: [bound("a", "else")] };
    const made = session({ "GET /api/workspaces/shop/demo/graphs/g": theirs });
    await made.it.on();
    await settle();
    const [stream] = made.streams;
    await stream!.send({ ...hello, graph_version: "v9" });
    await stream!.send(batch(0, "m0", [], "see_a"));
    await made.environment.advance(250);
    expect([made.it.light.node("a").count, made.it.state.unmapped]).toEqual([1, []]);
    made.it.update({ ...GRAPH, listens: theirs.listens });
    await stream!.send(batch(1, "m1", ["a"], "else"));
    await made.environment.advance(250);
    expect([made.it.light.node("a").count, made.it.state.nodes["a"]?.exact]).toEqual([1, true]);
  });

  it("EMB-2: what is no graph leaves the one before, and says so", async () => {
    const { it, environment } = await on();
    it.update({ nodes: 7 } as unknown as Graph);
    await environment.advance(250);
    expect([it.state.phase, it.state.why]).toEqual(["on", expect.stringContaining("not a graph")]);
    it.update(GRAPH);
    await environment.advance(250);
    expect([it.state.phase, it.state.why]).toEqual(["on", ""]);
  });
});

describe("a saved log", () => {
  async function saved(): Promise<string> {
    const page = scene();
    page.store.setState({ graphRef: PLACE, graph: GRAPH, phase: "off" });
    await page.watch.on(PLACE, GRAPH);
    await settle();
    await page.streams[0]!.send(hello);
    for (let n = 0; n < 3; n += 1) {
      await page.environment.advance(1000);
      await page.streams[0]!.send(batch(n));
    }
    return writeSessionLog(page.engine.state);
  }

  it("PIC-54: plays on the shown graph by its own clock, holds, goes anywhere, and begins anew", async () => {
    const text = await saved();
    const environment = new FakeEnvironment();
    const it = realtime({ graph: GRAPH, source: log(new Blob([text])) }, environment);
    await it.on();
    await environment.advance(1500);
    expect([it.state.connection, it.state.phase, it.light.node("a").count]).toEqual(["replay", "on", 1]);
    it.pause();
    await environment.advance(5000);
    expect([it.light.node("a").count, it.state.replay?.playing]).toEqual([1, false]);
    it.replay?.step();
    expect(it.light.node("a").count).toBe(2);
    it.replay?.setSpeed(50);
    it.replay?.setSpeed(-1);
    it.resume();
    await environment.advance(500);
    expect([it.light.node("a").count, it.state.replay?.speed]).toEqual([3, 50]);
    it.replay?.seek(it.state.replay?.from ?? 0);
    expect(it.light.node("a").count).toBe(0);
    await it.off();
    await environment.advance(5000);
    expect([it.replay, it.state.replay, it.state.phase, it.state.why]).toEqual([null, null, "off", ""]);
  });

  it("PIC-54: what is no log, and a log of another graph, say so", async () => {
    const text = await saved();
    const other = { ...GRAPH, nodes: GRAPH.nodes.map((node) => ({ ...node, uuid: `other ${node.uuid}` })) };
    for (const [source, graph, why] of [[log("<html>"), GRAPH, "not a session log"], [log(text), other, "None of its nodes is in the graph"]] as const) {
      const environment = new FakeEnvironment();
      const it = realtime({ graph, source }, environment);
      await it.on();
      await environment.advance(250);
      expect([it.state.phase, it.state.why]).toEqual(["off", expect.stringContaining(why)]);
    }
  });
});
