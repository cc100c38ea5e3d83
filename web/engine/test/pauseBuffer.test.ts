import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caughtUp, createClock, createPauseBuffer, drainUntil, forgetPaused, pause, pushPaused, resume, shownAt, showPresent } from "../src/pauseBuffer.ts";
import { batch, event, heard, T0 } from "./support.ts";

describe("clock", () => {
  it("ENG-12: the picture's clock stands still while paused and jumps to now on resume", () => {
    const clock = createClock();
    expect(shownAt(clock, 10)).toBe(10);
    pause(clock, 10);
    expect([shownAt(clock, 500), caughtUp(clock, 500)]).toEqual([10, false]);
    resume(clock, 600, undefined);
    expect([shownAt(clock, 600), caughtUp(clock, 600)]).toEqual([600, true]);
  });

  it("ENG-12: it catches up at speed, and a second pause stops it where it is", () => {
    const clock = createClock();
    pause(clock, 0);
    resume(clock, 1000, 5);
    expect([shownAt(clock, 1000), shownAt(clock, 1100), shownAt(clock, 1250), shownAt(clock, 9999)]).toEqual([0, 500, 1250, 9999]);
    expect([caughtUp(clock, 1249), caughtUp(clock, 1250)]).toEqual([false, true]);
    pause(clock, 1100);
    expect(shownAt(clock, 5000)).toBe(500);
    showPresent(clock);
    expect(shownAt(clock, 5000)).toBe(5000);
  });
});

describe("held", () => {
  it("ENG-12: what a pause holds is bounded, and counts stay exact beyond the bound", () => {
    fc.assert(fc.property(fc.array(fc.nat(12), { maxLength: 60 }), (sizes) => {
      const buffer = createPauseBuffer();
      let position = 0;
      for (const [n, size] of sizes.entries()) {
        pushPaused(buffer, { kind: "batch", at: T0 + n, frame: batch(position, Array.from({ length: size }, () => event("a"))) }, 40);
        position += size;
        expect(buffer.events).toBeLessThanOrEqual(40);
      }
      expect(buffer.pending).toBe(position);
      const out = drainUntil(buffer, T0 + 1000);
      expect(out.reduce((sum, entry) => sum + (entry.kind === "batch" ? (entry.frame.counts.a ?? 0) : 0), 0)).toBe(position);
      expect(buffer).toEqual(createPauseBuffer());
    }), { numRuns: 40 });
  });

  it("ENG-12: local messages beyond the bound are missed, and said to be", () => {
    const buffer = createPauseBuffer();
    for (let n = 0; n < 100; n++) pushPaused(buffer, { kind: "tap", at: T0 + n, message: heard("A") }, 40);
    const out = drainUntil(buffer, T0 + 1000);
    const missed = out.reduce((sum, entry) => sum + (entry.kind === "gap" ? (entry.frame.missed ?? 0) : 0), 0);
    expect(missed + out.filter((entry) => entry.kind === "tap").length).toBe(100);
    expect(missed).toBeGreaterThan(0);
  });

  it("ENG-12: only what came by then is released", () => {
    const buffer = createPauseBuffer();
    pushPaused(buffer, { kind: "batch", at: T0, frame: batch(0, [event("a")]) }, 40);
    pushPaused(buffer, { kind: "batch", at: T0 + 10, frame: batch(1, [event("a"), event("a")]) }, 40);
    expect(drainUntil(buffer, T0 + 5)).toHaveLength(1);
    expect(buffer).toMatchObject({ pending: 2, events: 2, frames: 1 });
  });

  it("ENG-17: what is held forgets a person too", () => {
    const buffer = createPauseBuffer(), gone = [{ kind: "k", token: "gone" }];
    pushPaused(buffer, { kind: "batch", at: T0, frame: batch(0, [event("a", { traces: gone }), event("b")]) }, 40);
    pushPaused(buffer, { kind: "tap", at: T0, message: heard("A", { traces: gone }) }, 40);
    pushPaused(buffer, { kind: "gap", at: T0, frame: { op: "gap", from: "e.2", to: "e.3", missed: 1, reason: "" } }, 40);
    forgetPaused(buffer, new Set(["gone"]));
    expect(buffer).toMatchObject({ events: 1, frames: 2 });
    expect(JSON.stringify(buffer)).not.toContain("gone");
  });
});
