import fc from "fast-check";
import { expect, it } from "vitest";
import { createHeld, forgetHeld, hold, release } from "../src/held.ts";
import { batch, event, heard, T0 } from "./support.ts";

it("ENG-12: what a pause holds is bounded, and counts stay exact beyond the bound", () => {
  fc.assert(fc.property(fc.array(fc.nat(12), { maxLength: 60 }), (sizes) => {
    const held = createHeld();
    let position = 0;
    for (const [n, size] of sizes.entries()) {
      hold(held, { kind: "batch", at: T0 + n, frame: batch(position, Array.from({ length: size }, () => event("a"))) }, 40);
      position += size;
      expect(held.events).toBeLessThanOrEqual(40);
    }
    expect(held.waiting).toBe(position);
    const out = release(held, T0 + 1000);
    expect(out.reduce((sum, entry) => sum + (entry.kind === "batch" ? (entry.frame.counts.a ?? 0) : 0), 0)).toBe(position);
    expect(held).toEqual(createHeld());
  }), { numRuns: 40 });
});

it("ENG-12: local messages beyond the bound are missed, and said to be", () => {
  const held = createHeld();
  for (let n = 0; n < 100; n++) hold(held, { kind: "tap", at: T0 + n, message: heard("A") }, 40);
  const out = release(held, T0 + 1000);
  const missed = out.reduce((sum, entry) => sum + (entry.kind === "gap" ? (entry.frame.missed ?? 0) : 0), 0);
  expect(missed + out.filter((entry) => entry.kind === "tap").length).toBe(100);
  expect(missed).toBeGreaterThan(0);
});

it("ENG-12: only what came by then is released", () => {
  const held = createHeld();
  hold(held, { kind: "batch", at: T0, frame: batch(0, [event("a")]) }, 40);
  hold(held, { kind: "batch", at: T0 + 10, frame: batch(1, [event("a"), event("a")]) }, 40);
  expect(release(held, T0 + 5)).toHaveLength(1);
  expect(held).toMatchObject({ waiting: 2, events: 2, frames: 1 });
});

it("ENG-17: what is held forgets a person too", () => {
  const held = createHeld(), gone = [{ kind: "k", token: "gone" }];
  hold(held, { kind: "batch", at: T0, frame: batch(0, [event("a", { traces: gone }), event("b")]) }, 40);
  hold(held, { kind: "tap", at: T0, message: heard("A", { traces: gone }) }, 40);
  hold(held, { kind: "gap", at: T0, frame: { op: "gap", from: "e.2", to: "e.3", missed: 1, reason: "" } }, 40);
  forgetHeld(held, new Set(["gone"]));
  expect(held).toMatchObject({ events: 1, frames: 2 });
  expect(JSON.stringify(held)).not.toContain("gone");
});
