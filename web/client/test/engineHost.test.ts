import { describe, expect, it } from "vitest";
import { batch, GRAPH, hello, scene } from "../../app/test/support/page.ts";

describe("the engine's owner", () => {
  it("PIC-8: tells the picture of a hit at once, outside of React", () => {
    const { engine } = scene();
    const hits: string[] = [];
    const stop = engine.light.subscribe({ hit: (hit) => hits.push(hit.node), step: () => undefined });
    engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
    engine.dispatch({ kind: "frame", frame: hello });
    engine.dispatch({ kind: "frame", frame: batch(0) });
    stop();
    engine.dispatch({ kind: "frame", frame: batch(1) });
    expect(hits).toEqual(["a"]);
    expect(engine.light.node("a").count).toBe(2);
  });

  it("TRC-27: if only followed traces shall move, hits of others and counted ones are left out, unless none is followed", () => {
    const { engine } = scene();
    const heard: (string | null)[] = [];
    engine.light.subscribe({ hit: (hit) => heard.push(hit.token), step: (step) => heard.push(`step of ${step.token}`) });
    engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
    engine.followedOnly = true;
    const of = (from: number, token: string, node = "a") => {
      const frame = batch(from, `m${from}`, [node]);
      return { ...frame, events: frame.events.map((event) => ({ ...event, traces: [{ kind: "anonymousId", token }], occurred_at: `2026-01-02T03:04:0${from}.000Z` })) };
    };
    engine.dispatch({ kind: "frame", frame: of(0, "t") });
    engine.dispatch({ kind: "follow", token: "t" });
    engine.dispatch({ kind: "frame", frame: of(1, "u") });
    engine.dispatch({ kind: "frame", frame: { ...of(2, "u"), events: [] } });
    engine.dispatch({ kind: "frame", frame: of(3, "t", "b") });
    expect(heard).toEqual(["t", "t", "step of t"]);
    expect(engine.light.node("a").count).toBe(3);
  });

  it("the picture's clock stands while paused", () => {
    const { engine, environment } = scene();
    engine.dispatch({ kind: "pause" });
    const stood = engine.light.now();
    environment.time += 5000;
    expect([engine.light.now(), engine.at() - stood]).toEqual([stood, 5000]);
    engine.reset(undefined, () => 7);
    expect(engine.at()).toBe(7);
  });
});
