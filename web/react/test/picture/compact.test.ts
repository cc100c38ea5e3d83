import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLOSE, compact, type Link } from "../../src/picture/compact.ts";
import { overlap, spaceOut } from "../../src/picture/spacing.ts";

const SIZE = { width: 132, height: 104 };
const NEED = { x: SIZE.width + CLOSE.gapX, y: SIZE.height + CLOSE.gapY };
const spots = fc.array(fc.record({ x: fc.integer({ min: 0, max: 20 }).map((one) => one * 150), y: fc.integer({ min: 0, max: 12 }).map((one) => one * 90) }), { minLength: 2, maxLength: 25 });
const links = fc.array(fc.record({ from: fc.nat(24), to: fc.nat(24), along: fc.constantFrom("x" as const, "y" as const) }), { maxLength: 30 });

describe("a layout drawn closely", () => {
  it("PIC-1: keeps the order of columns and rows, and no two cards meet", () => {
    fc.assert(fc.property(spots, links, (all, drawn) => {
      const known = drawn.filter(({ from, to }) => from < all.length && to < all.length);
      const { x, y } = compact(all, known, SIZE);
      for (const a of all) {
        for (const b of all) {
          if (a.x < b.x) expect(x(a.x)).toBeLessThan(x(b.x));
          if (a.y < b.y) expect(y(a.y)).toBeLessThan(y(b.y));
        }
      }
      const { boxes } = spaceOut(all, SIZE, null, known);
      for (const [i, a] of boxes.entries()) for (const b of boxes.slice(0, i)) expect(overlap(a, b)).toBe(false);
    }), { numRuns: 60 });
  });

  it("PIC-1: what an edge joins is apart in its direction, and nothing is further than it needs", () => {
    const chain: Link[] = [0, 1, 2].map((from) => ({ from, to: from + 1, along: "x" }));
    const row = [0, 900, 950, 4000].map((x, i) => ({ x, y: i * 200 }));
    const close = compact(row, chain, SIZE);
    expect(row.map(({ x }) => close.x(x))).toEqual([0, 1, 2, 3].map((column) => column * NEED.x));
    const loose = compact(row, [], SIZE);
    expect(loose.x(4000)).toBeLessThan(close.x(4000) / 2);
    expect(loose.y(600)).toBeGreaterThan(close.y(600));
  });

  it("PIC-1: a layout from top to bottom is drawn closely along its own edges first", () => {
    const column = [0, 700, 1500].map((y, i) => ({ x: i * 40, y }));
    const close = compact(column, [{ from: 0, to: 1, along: "y" }, { from: 1, to: 2, along: "y" }], SIZE);
    expect(column.map(({ y }) => close.y(y))).toEqual([0, NEED.y, 2 * NEED.y]);
  });

  it("carries what lies between and beyond spots along", () => {
    const { x } = compact([{ x: 0, y: 0 }, { x: 1000, y: 0 }], [], SIZE);
    expect(x(500)).toBeCloseTo(NEED.x / 2);
    expect(x(-100)).toBeLessThan(0);
    expect(x(2000)).toBeCloseTo(NEED.x * 2);
    expect(compact([], [], SIZE).x(7)).toBe(7);
  });
});
