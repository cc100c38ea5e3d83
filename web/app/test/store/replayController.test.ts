import { writeSessionLog } from "@dagnet-realtime/engine/sessionLogFile";
import { describe, expect, it } from "vitest";
import { openLog } from "../../src/store/replayController.ts";
import { batch, GRAPH, hello, PLACE, scene } from "../support/page.ts";

function log(): string {
  const { engine, environment } = scene();
  engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
  engine.dispatch({ kind: "frame", frame: hello });
  for (let n = 0; n < 3; n += 1) {
    environment.time += 1000;
    engine.dispatch({ kind: "frame", frame: batch(n) });
  }
  return writeSessionLog(engine.state);
}

describe("a replay", () => {
  it("PIC-54: shows what the session showed, says REPLAY, and leaves as it came", async () => {
    const made = scene();
    made.store.setState({ graphRef: PLACE, phase: "off" });
    await openLog(made.context, made.watch, log());
    const { replay } = made.store.getState();
    expect(made.store.getState()).toMatchObject({ phase: "replay", connection: { connection: "replay" } });
    replay?.turn(2000);
    expect(made.engine.light.node("a").count).toBe(2);
    replay?.step();
    expect(made.engine.light.node("a").count).toBe(3);
    await replay?.close();
    expect(made.store.getState()).toMatchObject({ phase: "off", replay: null });
    expect(made.engine.light.node("a").count).toBe(0);
  });

  it("PIC-54: a scrub is silent and right in both directions", async () => {
    const made = scene();
    await openLog(made.context, made.watch, log());
    const { replay } = made.store.getState();
    let hits = 0;
    made.engine.light.subscribe({ hit: () => (hits += 1), step: () => undefined });
    replay?.seek(Infinity);
    expect([made.engine.light.node("a").count, hits]).toEqual([3, 0]);
    replay?.seek((replay.player.from) + 1500);
    expect(made.engine.light.node("a").count).toBe(1);
    replay?.setSpeed(5);
    replay?.togglePlaying();
    replay?.turn(1000);
    expect(made.engine.light.node("a").count).toBe(1);
    made.actions.pause();
    replay?.turn(1000);
    expect(made.engine.light.node("a").count).toBe(3);
    replay?.togglePlaying();
    replay?.togglePlaying();
    expect(made.engine.light.node("a").count).toBe(0);
    await replay?.close();
  });

  it("WEB-12: what is no log, or holds no graph, is said", async () => {
    const made = scene();
    await openLog(made.context, made.watch, "not a log");
    expect(made.store.getState().toasts.at(-1)?.remedy).toContain("Save log");
    await openLog(made.context, made.watch, log().replace(/"definition":\{.*?\},"binds"/, '"definition":null,"binds"'));
    expect(made.store.getState()).toMatchObject({ replay: null });
    expect(made.store.getState().toasts).toHaveLength(2);
  });
});
