import { describe, expect, it } from "vitest";
import { batch, GRAPH, hello, PLACE, scene } from "../support/page.ts";
import { settle } from "../../../client/test/support/environment.ts";

async function on(answers = {}) {
  const made = scene(answers);
  made.store.setState({ graphRef: PLACE, graph: GRAPH, phase: "off" });
  await made.watch.on(PLACE, GRAPH);
  await settle();
  return made;
}

describe("On and Off", () => {
  it("opens a session, counts what comes and closes it again", async () => {
    const { streams, store, engine, watch, asked } = await on();
    await streams[0]!.send(hello);
    await streams[0]!.send(batch(0));
    expect(store.getState()).toMatchObject({ phase: "on", session: "s1" });
    expect(watch.connection().connection).toBe("live");
    expect(engine.light.node("a").count).toBe(1);
    await watch.off();
    expect(asked.at(-1)).toBe("DELETE /api/watch/s1");
    expect(store.getState()).toMatchObject({ phase: "off", session: null });
    expect(engine.light.node("a").count).toBe(1);
  });

  it("WEB-12: a server that refuses says why, and the switch is Off again", async () => {
    const { store } = await on({ "POST /api/watch": new Response(JSON.stringify({ code: "rate_limited", title: "Too many sessions.", remedy: "Close one." }), { status: 429 }) });
    expect(store.getState()).toMatchObject({ phase: "off", notice: { what: "Too many sessions.", remedy: "Close one." } });
  });

  it("PIC-36: a session that is gone says so, keeps what was collected and offers On", async () => {
    const { streams, store, engine } = await on();
    await streams[0]!.send(hello);
    await streams[0]!.send(batch(0));
    await streams[0]!.send({ op: "bye", reason: "the lease ran out", retry_after: null });
    expect(store.getState()).toMatchObject({ phase: "off", session: null });
    expect(store.getState().notice?.what).toContain("the lease ran out");
    expect(store.getState().notice?.remedy).toContain("on again");
    expect(engine.light.node("a").count).toBe(1);
  });

  it("PIC-37: goes on with a kept session after its last position", async () => {
    const first = await on();
    await first.streams[0]!.send(hello);
    await first.streams[0]!.send(batch(0));
    const second = scene();
    second.store.setState({ graphRef: PLACE, graph: GRAPH });
    second.watch.resume({ session: "s1", place: PLACE, state: first.engine.state });
    await settle();
    await second.streams[0]!.send({ ...hello, position: "e:1" });
    await second.streams[0]!.send(batch(1, "m1"));
    expect(second.engine.light.node("a").count).toBe(2);
    first.watch.resume({ session: "s1", place: PLACE, state: first.engine.state });
  });

  it("WEB-12: notes of the server about files are shown once", async () => {
    const { streams, store } = await on();
    await streams[0]!.send(hello);
    const change = { op: "change", graph_version: GRAPH.version, policy_version: "p", sampling: 1, posture: { ...hello.posture, notes: ["graphs/g.json is gone."] }, since: "2026-01-02T03:04:05.000Z" } as const;
    await streams[0]!.send(change);
    await streams[0]!.send(change);
    expect(store.getState().toasts.map(({ meaning }) => meaning)).toEqual(["graphs/g.json is gone."]);
  });

  it("fetches the graph anew when its files changed, and says so", async () => {
    const { streams, store, answers } = await on();
    await streams[0]!.send(hello);
    answers["GET /api/workspaces/shop/demo/graphs/g"] = { ...GRAPH, version: "v2", title: "Shop, again" };
    await streams[0]!.send({ op: "change", graph_version: "v2", policy_version: "p", sampling: 1, posture: hello.posture, since: "2026-01-02T03:04:05.000Z" });
    await settle();
    expect(store.getState().graph?.title).toBe("Shop, again");
    expect(store.getState().toasts[0]?.what).toBe("The graph’s files changed.");
  });
});

describe("if a function in Segment publishes", () => {
  const published = { id: "shop", env: "demo", ingest: "function" as const, graphs: [], errors: [], sources: [] };

  it("FUN-14: On opens no session at the server, nor does Off close one, and nothing is asked but where to listen", async () => {
    const made = scene({ "GET /api/workspaces/shop/demo/function": new Response(JSON.stringify({ code: "unavailable", title: "Away." }), { status: 503 }) });
    made.store.setState({ graphRef: PLACE, graph: GRAPH, phase: "off", workspaces: [published] });
    // Loaded with the first session.
    await import("@dagnet-realtime/client/transport/relay/envelopeTransport");
    await made.watch.on(PLACE, GRAPH);
    await settle();
    expect(made.store.getState()).toMatchObject({ phase: "on", session: expect.stringMatching(/^function-/) as string });
    made.actions.follow.open("t");
    expect(made.engine.state.follows).toEqual(["t"]);
    const session = made.store.getState().session ?? "";
    await made.watch.off();
    made.watch.resume({ session, place: PLACE, state: made.engine.state });
    await settle();
    expect(made.store.getState().session).toBe(session);
    await made.watch.off();
    expect(new Set(made.asked)).toEqual(new Set(["GET /api/workspaces/shop/demo/function"]));
  });
});
