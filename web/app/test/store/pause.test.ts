import type { Hit } from "@dagnet-realtime/client/light";
import { describe, expect, it } from "vitest";
import { batch, GRAPH, hello, PLACE, scene } from "../support/page.ts";
import { settle } from "../../../client/test/support/environment.ts";

/** Paused, with so many events held since, `apart` milliseconds between them. */
async function paused(events: number, apart = 1000) {
  const made = scene();
  made.store.setState({ graphRef: PLACE, graph: GRAPH, phase: "off" });
  await made.actions.toggle();
  await settle();
  await made.streams[0]!.send(hello);
  made.actions.pause();
  for (let n = 0; n < events; n += 1) {
    made.environment.time += apart;
    await made.streams[0]!.send(batch(n));
  }
  const hits: Hit[] = [];
  made.engine.light.subscribe({ hit: (hit) => hits.push(hit), step: () => undefined });
  return { ...made, hits };
}

describe("how a pause ends", () => {
  it("ENG-12: going on shows what waited in its order, eight times as fast as it came", async () => {
    const { actions, engine, store, environment, hits } = await paused(16);
    actions.pause();
    expect(store.getState()).toMatchObject({ paused: false, catchUpSpeed: 8 });
    await environment.advance(1000);
    expect([hits.length, engine.state.pauseBuffer.pending]).toEqual([8, 8]);
    await environment.advance(1500);
    expect([hits.length, engine.state.clock.frozenAt, store.getState().catchUpSpeed]).toEqual([16, null, 0]);
    expect(hits.map(({ at }) => at)).toEqual([...hits.map(({ at }) => at)].sort());
  });

  it("ENG-12: after a long pause it takes no longer than four seconds", async () => {
    const { actions, engine, store, environment } = await paused(60, 10_000);
    actions.pause();
    expect(store.getState().catchUpSpeed).toBe(151);
    await environment.advance(4100);
    expect([engine.light.node("a").count, store.getState().catchUpSpeed]).toEqual([60, 0]);
  });

  it("ENG-12: what comes meanwhile keeps its place; pressing again pauses, and N skips to now", async () => {
    const { actions, engine, store, streams, environment } = await paused(16);
    actions.pause();
    await environment.advance(500);
    await streams[0]!.send(batch(16));
    expect(engine.light.node("a").count).toBeLessThan(16);
    actions.pause();
    const shown = engine.light.node("a").count;
    expect([store.getState().catchUpSpeed, store.getState().paused]).toEqual([0, true]);
    await environment.advance(1000);
    expect(engine.light.node("a").count).toBe(shown);
    actions.jumpToNow();
    expect([engine.light.node("a").count, store.getState().paused]).toEqual([17, false]);
  });

  it("goes on at once if nothing waited, and Off ends it", async () => {
    const still = await paused(0);
    still.actions.pause();
    expect(still.store.getState()).toMatchObject({ paused: false, catchUpSpeed: 0 });
    const { actions, engine, store, environment } = await paused(3);
    actions.pause();
    await actions.toggle();
    await environment.advance(100);
    expect([engine.light.node("a").count, store.getState().catchUpSpeed, store.getState().phase]).toEqual([3, 0, "off"]);
  });
});
