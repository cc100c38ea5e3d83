import { describe, expect, it } from "vitest";
import { batch, GRAPH, hello, scene } from "../support/page.ts";

describe("the engine's owner", () => {
  it("PIC-38: tells the picture of a hit at once, outside of React", () => {
    const { engine } = scene();
    const hits: string[] = [];
    const stop = engine.light.subscribe({ hit: (hit) => hits.push(hit.node), step: () => undefined });
    engine.put({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
    engine.put({ kind: "frame", frame: hello });
    engine.put({ kind: "frame", frame: batch(0) });
    stop();
    engine.put({ kind: "frame", frame: batch(1) });
    expect(hits).toEqual(["a"]);
    expect(engine.light.node("a").count).toBe(2);
  });

  it("the picture's clock stands while paused", () => {
    const { engine, world } = scene();
    engine.put({ kind: "pause" });
    const stood = engine.light.now();
    world.time += 5000;
    expect([engine.light.now(), engine.at() - stood]).toEqual([stood, 5000]);
    engine.reset(undefined, () => 7);
    expect(engine.at()).toBe(7);
  });
});
