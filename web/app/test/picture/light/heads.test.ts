import { describe, expect, it } from "vitest";
import { POINTS } from "../../../src/picture/geometry/curve.ts";
import type { Leg, PathMark } from "../../../src/picture/light/command.ts";
import { Heads } from "../../../src/picture/light/heads.ts";

/** A leg along y = its number, from x 0 to 230. */
const leg = (n: number): Leg => ({ table: Float32Array.from({ length: POINTS * 2 }, (_, i) => (i % 2 ? n : (i / 2) * 10)), label: -1, lane: 0, jump: false, inferred: false });
const path = (legs: number): PathMark => ({ token: "t", hue: 0, lane: 0, stops: [], passed: [], legs: Array.from({ length: legs }, (_, n) => leg(n)) });

describe("heads", () => {
  it("PIC-16: travels each new leg once and rests where the trace stands", () => {
    const heads = new Heads();
    heads.follow([path(2)], 0, false);
    expect(heads.advance(450)).toBe(true);
    expect(heads.live.get("t")).toMatchObject({ y: 1 });
    expect(heads.live.get("t")?.x).toBeCloseTo(115, 0);
    expect(heads.advance(900)).toBe(false);
    heads.follow([path(3)], 5000, false);
    expect(heads.advance(5450)).toBe(true);
    expect(heads.live.get("t")?.y).toBe(2);
    heads.advance(5900);
    expect(heads.live.get("t")).toMatchObject({ x: 230, y: 2 });
  });

  it("PIC-16: does not travel while still, and catches up when far behind", () => {
    const heads = new Heads();
    heads.follow([path(9)], 0, true);
    expect(heads.advance(1)).toBe(false);
    expect(heads.live.get("t")).toMatchObject({ x: 230, y: 8 });
    heads.follow([path(30)], 10, false);
    let now = 10;
    while (heads.advance(now)) now += 50;
    expect(now).toBeLessThan(4 * 900);
  });

  it("lets go of traces no longer followed", () => {
    const heads = new Heads();
    heads.follow([path(1), { ...path(0), token: "u" }], 0, false);
    heads.advance(1);
    heads.follow([], 0, false);
    expect(heads.live.size).toBe(0);
  });
});
