import { afterEach, describe, expect, it, vi } from "vitest";
import { batch, GRAPH, hello, PLACE, scene, type Answers } from "../../app/test/support/page.ts";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { realtime, type Mapping } from "../src/realtime.ts";
import { serverSource } from "../src/sources/remote.ts";
import { settle } from "./support/environment.ts";

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
    await it.off();
    await environment.advance(250);
    expect(it.state).toMatchObject({ phase: "off", connection: "off", why: "", nodes: { a: { count: 20 } } });
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

  it("EMB-3: Off while it opens closes what was opened, and On twice opens once", async () => {
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

  it("EMB-4: a name bound to a node lights it from On on, and the host hears the mapping", async () => {
    const { it, stream, environment, mappings } = await on();
    await stream.send(batch(0, "m0", [], "Order Placed"));
    expect(it.bind("Order Placed", "nowhere")).toBe(false);
    expect(it.bind("Order Placed", "b")).toBe(true);
    expect(it.bind("Order Placed", "a")).toBe(false);
    await environment.advance(250);
    expect(mappings).toEqual([{ name: "Order Placed", node: "b", nodeId: "b", eventId: "b" }]);
    expect([it.state.nodes["b"]?.count, it.state.unmapped, it.state.binds]).toEqual([1, [], { "Order Placed": "b" }]);
  });

  it("EMB-5: pause holds the picture, clear begins anew, undo takes it back, follow stays over Off", async () => {
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
