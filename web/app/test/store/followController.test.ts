import { followedAs } from "@dagnet-realtime/client/follows";
import { describe, expect, it } from "vitest";
import { batch, GRAPH, hello, PLACE, scene, type Answers } from "../support/page.ts";
import { settle } from "../../../client/test/support/environment.ts";

const ME = { person: "you", access: "local", can: ["watch", "follow"], demo: false, version: "0" };

async function on(answers: Answers = {}, can: readonly string[] = ME.can) {
  const made = scene(answers);
  made.store.setState({ graphRef: PLACE, graph: GRAPH, phase: "off", me: { ...ME, can } });
  await made.actions.toggle();
  await settle();
  await made.streams[0]!.send(hello);
  await made.streams[0]!.send(batch(0));
  return { ...made, tracing: made.actions.follow, follows: () => made.engine.state.follows, told: () => made.asked.filter((one) => one.startsWith("PATCH")).length };
}

const carrying = (from: number, tokens: readonly string[]) => {
  const frame = batch(from, `j${from}`);
  return { ...frame, events: frame.events.map((event) => ({ ...event, traces: tokens.map((token) => ({ kind: "anonymousId", token })) })) };
};

describe("following", () => {
  it("TRC-27: what is opened is followed until another is opened, beside the others if asked, and pinned ones stay", async () => {
    const { tracing, follows, store } = await on();
    tracing.open("t1");
    expect([follows(), store.getState().trace, store.getState().preferences.tab]).toEqual([["t1"], "t1", "traces"]);
    tracing.open("t2");
    expect(follows()).toEqual(["t2"]);
    tracing.pin("t2");
    tracing.open("t3");
    tracing.open("t4", true);
    expect(follows()).toEqual(["t2", "t3", "t4"]);
    tracing.pin("t2");
    tracing.open("t5");
    expect([follows(), store.getState().pinned]).toEqual([["t5"], []]);
  });

  it("TRC-27: a key or a button follows to stay, and lets go; one word lets all go", async () => {
    const { tracing, follows, store } = await on();
    tracing.toggle("t1");
    tracing.open("t2");
    expect([follows(), store.getState().pinned]).toEqual([["t1", "t2"], ["t1"]]);
    tracing.toggle("t1");
    expect([follows(), store.getState().pinned]).toEqual([["t2"], []]);
    tracing.unfollowAll();
    tracing.unfollowAll();
    expect(follows()).toEqual([]);
  });

  it("TRC-27: a trace is followed once, opened or let go by any of its tokens", async () => {
    const { tracing, follows, streams, engine } = await on();
    await streams[0]!.send(carrying(1, ["t", "u"]));
    tracing.open("t");
    tracing.open("u");
    expect([follows(), followedAs(engine.state, "u"), followedAs(engine.state, "x")]).toEqual([["t"], "t", null]);
    tracing.unfollow("u");
    expect(follows()).toEqual([]);
  });

  it("TRC-27: the server hears the last word, one request at a time", async () => {
    const { tracing, told } = await on();
    tracing.toggle("t1");
    tracing.toggle("t2");
    tracing.toggle("t3");
    await settle();
    expect(told()).toBe(2);
  });

  it("WEB-12: a follow that the server refuses still shows, and says what that means", async () => {
    const { tracing, follows, store } = await on({ "PATCH /api/watch/s1": new Response("{}", { status: 503 }) });
    tracing.open("t");
    await settle();
    expect([follows(), store.getState().toasts.at(-1)?.meaning]).toEqual([["t"], expect.stringContaining("thin")]);
  });

  it("TRC-29: a person is found by an identifier that is kept nowhere, and all their tokens are followed and pinned", async () => {
    const { tracing, follows, store, asked } = await on({ "POST /api/watch/s1/follow": { token: "b_1", tokens: ["b_1", "a_1"], follows: [] } });
    expect(await tracing.findPerson("userId", "anna@example.com")).toBe(true);
    expect([follows(), store.getState().pinned, store.getState().trace]).toEqual([["b_1", "a_1"], ["b_1", "a_1"], "b_1"]);
    expect(JSON.stringify([store.getState(), asked])).not.toContain("anna");
  });

  it("TRC-29: a lookup that fails is reported; without a session none is made", async () => {
    const { tracing, follows, store, actions } = await on({ "POST /api/watch/s1/follow": new Response(JSON.stringify({ title: "Too many." }), { status: 429 }) });
    expect(await tracing.findPerson("userId", "u")).toBe(false);
    expect([follows(), store.getState().toasts.at(-1)?.what]).toEqual([[], "Too many."]);
    await actions.toggle();
    expect(await tracing.findPerson("userId", "u")).toBe(false);
    expect(store.getState().toasts).toHaveLength(1);
  });

  it("TRC-27: a person who may only watch follows on their own screen", async () => {
    const { tracing, follows, told } = await on({}, ["watch"]);
    tracing.open("t");
    await settle();
    expect([follows(), told()]).toEqual([["t"], 0]);
  });

  it("TRC-27: off and on again, the same traces are followed; in another channel their tokens mean nothing", async () => {
    const { tracing, follows, told, actions, store } = await on();
    tracing.toggle("t1");
    await actions.toggle();
    await actions.toggle();
    await settle();
    expect([follows(), store.getState().pinned, told()]).toEqual([["t1"], ["t1"], 2]);
    await actions.toggle();
    store.setState({ graphRef: { ...PLACE, env: "prod" } });
    await actions.toggle();
    await settle();
    expect(follows()).toEqual([]);
  });

  it("TRC-27: the light of others stands still if only followed traces shall move", async () => {
    const { tracing, engine, store } = await on();
    tracing.setFollowedOnly(true);
    expect([engine.followedOnly, store.getState().followedOnly]).toEqual([true, true]);
  });

  it("TRC-12: a join is undone and done again", async () => {
    const { tracing, streams, engine } = await on();
    await streams[0]!.send(carrying(1, ["u"]));
    await streams[0]!.send(carrying(2, ["t", "u"]));
    const [join] = [...engine.state.accumulation.traces!.joins.values()];
    tracing.undoJoin(join!.id, false);
    expect(join!.undone).toBe(true);
    tracing.undoJoin(join!.id, true);
    expect(join!.undone).toBe(false);
  });
});

describe("a link to a trace", () => {
  async function linked(can: readonly string[]) {
    const made = scene();
    made.actions.follow.resume(["t9", "t8"]);
    made.store.setState({ graphRef: PLACE, graph: GRAPH, phase: "off", me: { ...ME, can } });
    await made.actions.toggle();
    await settle();
    return made;
  }

  it("TRC-31: opens the graph with the trace followed, before anything of it has come", async () => {
    const { engine, store, asked } = await linked(["watch", "follow"]);
    expect([engine.state.follows, store.getState().trace, store.getState().pinned]).toEqual([["t9", "t8"], "t9", ["t9", "t8"]]);
    expect(asked).toContain("PATCH /api/watch/s1");
  });

  it("TRC-31: follows nothing for those who may not, and says so", async () => {
    const { engine, store } = await linked(["watch"]);
    expect([engine.state.follows, store.getState().toasts.at(-1)?.what]).toEqual([[], "You may watch here, but not follow."]);
  });
});
