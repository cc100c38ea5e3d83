import { describe, expect, it } from "vitest";
import { detailAt, EdgeDetail, widthFor } from "../src/detail.ts";

describe("legibility", () => {
  function feed(legibility: EdgeDetail, edge: number, perSecond: number, from: number, seconds: number): number {
    for (let i = 0; i < perSecond * seconds; i++) legibility.count(edge, from + (i * 1000) / perSecond);
    return from + seconds * 1000;
  }

  describe("legibility", () => {
    it("PIC-12: goes from particles to dots to thickness as steps grow too many", () => {
      const legibility = new EdgeDetail();
      legibility.resize(3);
      feed(legibility, 0, 2, 0, 8);
      feed(legibility, 1, 6, 0, 8);
      feed(legibility, 2, 14, 0, 8);
      expect([0, 1, 2].map((edge) => legibility.manner(edge))).toEqual(["particle", "dots", "width"]);
      expect(legibility.wide()).toEqual([2]);
      expect(legibility.anyDots()).toBe(true);
      expect(legibility.rate(2, 8000)).toBeGreaterThan(10);
    });

    it("PIC-12: comes back as traffic falls, without flickering at the border", () => {
      const legibility = new EdgeDetail();
      legibility.resize(1);
      feed(legibility, 0, 12, 0, 8);
      expect(legibility.review(8500, 0)).toEqual([]);
      expect(legibility.manner(0)).toBe("width");
      expect(legibility.review(10_500, 0)).toEqual([0]);
      legibility.review(30_000, 0);
      expect(legibility.manner(0)).toBe("particle");
      expect(legibility.wide()).toEqual([]);
    });

    it("PIC-12: gives way sooner while the whole picture is full of particles", () => {
      const legibility = new EdgeDetail();
      legibility.resize(1);
      const now = feed(legibility, 0, 5, 0, 8);
      legibility.review(now, 0.95);
      expect(legibility.manner(0)).toBe("width");
      for (let i = 0; i < 4; i++) legibility.review(now + i, 0.1);
      expect(legibility.manner(0)).toBe("dots");
    });

    it("draws busier edges wider, up to a limit", () => {
      expect(widthFor(8)).toBe(3);
      expect(widthFor(64)).toBeGreaterThan(widthFor(16));
      expect(widthFor(1e9)).toBe(9);
    });
  });
});

describe("detail", () => {
  it("PIC-25: shows less of a card from further away, and in large graphs sooner", () => {
    expect([1, 0.7, 0.5, 0.44, 0.2, 0.1].map((zoom) => detailAt(zoom, 30))).toEqual(["full", "full", "brief", "name", "name", "plain"]);
    expect([0.5, 0.35, 0.2].map((zoom) => detailAt(zoom, 1000))).toEqual(["brief", "name", "plain"]);
  });
});
