import { describe, expect, it } from "vitest";
import { journey } from "../bench/sample.ts";
import { pointAt, jumpCurve } from "@dagnet-realtime/layer/curve";
import { drawJumps } from "../../src/picture/jumpEdges.ts";
import { sceneOf } from "../../src/picture/scene.ts";

const jump = (from: string, to: string, count = 3) => ({ from, to, count, traces: 2, medianGapMs: 1000, advice: "B is probably missing" });

describe("ghost edges", () => {
  it("TRC-17: a jump has a way, a count and words, and unknown ends are left out", () => {
    const ghosts = drawJumps(sceneOf(journey(), null), [jump("search", "basket", 214), jump("gone", "basket"), jump("basket", "basket")]);
    expect(ghosts).toHaveLength(1);
    expect(ghosts[0]).toMatchObject({ key: "search>basket", jump: { count: 214 } });
    expect(ghosts[0]?.says).toContain("Site search to Basket: 214 steps of 2 traces");
  });

  it("TRC-17: goes round cards that stand between its ends", () => {
    const at = (x: number, y: number) => ({ x, y, width: 164, height: 80 });
    const [from, between, to] = [at(0, 0), at(212, 0), at(424, 0)];
    const curve = jumpCurve(from, to, [from, between, to]);
    const hidden = Array.from({ length: 41 }, (_, i) => pointAt(curve, i / 40)).filter(({ x, y }) => x > between.x && x < between.x + 164 && y > 0 && y < 80);
    expect(hidden).toEqual([]);
  });

  it("TRC-17: stays in view, between rows or flatly above them", () => {
    const at = (x: number, y: number) => ({ x, y, width: 164, height: 80 });
    for (const count of [3, 6]) {
      for (const gap of [110, 200, 300]) {
        const rows = [0, gap].map((y) => Array.from({ length: count }, (_, i) => at(i * 230, y)));
        for (const row of rows) {
          const [from, to] = [row[0], row.at(-1)];
          if (!from || !to) throw new Error("no card");
          const curve = jumpCurve(from, to, rows.flat());
          for (let i = 0; i <= 20; i++) expect(pointAt(curve, i / 20).y >= -60 && pointAt(curve, i / 20).y <= gap + 140).toBe(true);
        }
      }
    }
  });

  it("draws the most frequent forty", () => {
    const many = Array.from({ length: 60 }, (_, i) => jump("search", "basket", i));
    expect(drawJumps(sceneOf(journey(), null), many)).toHaveLength(40);
  });
});
