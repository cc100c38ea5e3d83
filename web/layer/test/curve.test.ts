import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { between, curveBetween, inside, part, pathOf, pointAt, POINTS, pointsOf, tableOf, type Box, type Face } from "../src/curve.ts";

const face = fc.constantFrom<Face>("left", "right", "top", "bottom");
const port = fc.record({ x: fc.integer({ min: -3000, max: 3000 }), y: fc.integer({ min: -3000, max: 3000 }), face });

describe("curves", () => {
  it("PIC-3: is one cubic that leaves and reaches its faces straight on", () => {
    const curve = curveBetween({ x: 0, y: 0, face: "right" }, { x: 100, y: 60, face: "left" });
    expect(curve[3]).toBe(0);
    expect(curve[2]).toBeGreaterThan(0);
    expect(curve[5]).toBe(60);
    expect(curve[4]).toBeLessThan(100);
    expect(pathOf(curve)).toMatch(/^M0,0C[-\d., ]+100,60$/);
  });

  it("PIC-12: its table holds 24 points at equal distances, first and last on the ports", () => {
    fc.assert(
      fc.property(port, port, (from, to) => {
        const table = tableOf(curveBetween(from, to));
        expect(table).toHaveLength(POINTS * 2);
        expect([...table.slice(0, 2)]).toEqual([from.x, from.y]);
        expect(table.at(-2)).toBeCloseTo(to.x, 1);
        expect(table.every((value) => Number.isFinite(value))).toBe(true);
      }),
    );
    const table = tableOf(curveBetween({ x: 0, y: 0, face: "right" }, { x: 300, y: 200, face: "left" }));
    const steps = Array.from({ length: POINTS - 1 }, (_, i) => Math.hypot((table[i * 2 + 2] ?? 0) - (table[i * 2] ?? 0), (table[i * 2 + 3] ?? 0) - (table[i * 2 + 1] ?? 0)));
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(1.1);
  });

  it("a part of a curve lies on the curve", () => {
    const curve = curveBetween({ x: 0, y: 0, face: "bottom" }, { x: 200, y: 150, face: "left" });
    const piece = part(curve, 0.2, 0.7);
    const [a, b] = [pointAt(piece, 0.5), pointAt(curve, 0.45)];
    expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeLessThan(0.5);
  });
});

describe("the part of an edge between its nodes", () => {
  const square = (x: number, y: number): Box => ({ x, y, width: 110, height: 110 });
  const line = (...xs: number[]): Float32Array => tableOf([xs[0]!, 55, xs[0]!, 55, xs[1]!, 55, xs[1]!, 55]);

  it("EMB-30: is cut where it runs onto a node’s face, at either end, and holds as many points", () => {
    const [from, to] = [square(0, 0), square(300, 0)];
    const cut = pointsOf(between(line(55, 355), from, to));
    expect(cut).toHaveLength(POINTS);
    expect([cut[0]!.x, cut[POINTS - 1]!.x]).toEqual([expect.closeTo(112, 1), expect.closeTo(298, 1)]);
    const after = pointsOf(between(line(110, 355), from, to));
    expect([after[0]!.x, after[POINTS - 1]!.x]).toEqual([110, expect.closeTo(298, 1)]);
  });

  it("EMB-30: is all of one that ends at the outlines, of one whose nodes are not drawn, and of one without anything between", () => {
    const table = line(110, 300);
    expect(between(table, square(0, 0), square(300, 0))).toBe(table);
    expect(between(table, undefined, undefined)).toBe(table);
    const near = line(10, 90);
    expect(between(near, square(0, 0), square(0, 0))).toBe(near);
    expect(between(near, square(0, 0), square(50, 0))).toBe(near);
  });

  it("EMB-30: of any curve, no point lies on either face", () => {
    const place = fc.record({ x: fc.integer({ min: -900, max: 900 }), y: fc.integer({ min: -900, max: 900 }) });
    fc.assert(
      fc.property(place, place, face, face, (a, b, leaves, reaches) => {
        fc.pre(Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) > 130);
        const [from, to] = [square(a.x, a.y), square(b.x, b.y)];
        const middle = (box: Box) => ({ x: box.x + 55, y: box.y + 55 });
        const table = tableOf(curveBetween({ ...middle(from), face: leaves }, { ...middle(to), face: reaches }));
        const points = pointsOf(between(table, from, to));
        expect([inside(from, points[0]!.x, points[0]!.y, 1), inside(to, points[POINTS - 1]!.x, points[POINTS - 1]!.y, 1)]).toEqual([false, false]);
      }),
    );
  });
});
