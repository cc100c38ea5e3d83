import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byLayers } from "../../src/picture/layout/layers.ts";
import { CARD, mapBox, DAGNET_NODE, overlap, proportioned, spaceOut, stretchOf } from "../../src/picture/spacing.ts";

const spot = fc.record({ x: fc.integer({ min: -2000, max: 2000 }), y: fc.integer({ min: -2000, max: 2000 }) });

describe("placing cards", () => {
  it("PIC-1: stretches DagNet's spacing of 200 until cards and an edge's label fit between", () => {
    const { boxes } = spaceOut([{ x: 0, y: 0 }, { x: 200, y: 0 }, { x: 400, y: 0 }]);
    expect(boxes.map(({ x }) => x)).toEqual([0, CARD.width + CARD.gapX, 2 * (CARD.width + CARD.gapX)]);
  });

  it("PIC-1: no two cards meet, in any layout", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(spot, fc.constant({ x: 0, y: 0 }), fc.constant({ x: null, y: null })), { maxLength: 40 }), (spots) => {
        const { boxes } = spaceOut(spots);
        expect(boxes).toHaveLength(spots.length);
        for (const [i, a] of boxes.entries()) for (const b of boxes.slice(0, i)) expect(overlap(a, b)).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it("PIC-1: keeps columns and rows, and their order, also if wide gaps are drawn in", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 8 }), (columns) => {
        const spots = columns.map((column) => ({ x: column * 220, y: 0 }));
        const { boxes } = spaceOut(spots);
        for (const [i, a] of spots.entries()) for (const [j, b] of spots.entries()) if (a.x < b.x) expect((boxes[i]?.x ?? 0) < (boxes[j]?.x ?? 0)).toBe(true);
        expect(new Set(boxes.map(({ y }) => y)).size).toBe(1);
      }),
    );
  });

  it("draws in gaps that are much wider than a card", () => {
    const { boxes } = spaceOut([{ x: 0, y: 0 }, { x: 1000, y: 0 }]);
    expect(boxes[1]?.x).toBeLessThan(800);
    expect(boxes[1]?.x).toBeGreaterThan(268);
  });

  it("stands nodes without a place in rows beneath the others", () => {
    const { boxes } = spaceOut([{ x: 0, y: 0 }, { x: null, y: null }, { x: 300, y: 50 }, { x: null, y: null }]);
    expect(Math.min(boxes[1]?.y ?? 0, boxes[3]?.y ?? 0)).toBeGreaterThan((boxes[2]?.y ?? 0) + CARD.height);
  });

  it("stretches in the direction that costs least", () => {
    const stretch = stretchOf([{ x: 0, y: 0 }, { x: 150, y: 100 }]);
    expect(stretch.y).toBeCloseTo((CARD.height + CARD.gapY) / 100);
    expect(stretch.x).toBeLessThan(1);
  });

  it("PIC-1: a wide layout is stretched downwards if that keeps cards larger, and its wide gaps are drawn in further", () => {
    const wide = [0, 200, 400, 900, 1400, 1900, 2400].map((x) => ({ x, y: 0 }));
    const spots = [...wide, { x: 550, y: 100 }];
    expect(stretchOf(spots)).toEqual({ x: (CARD.width + CARD.gapX) / 200, y: (CARD.height + CARD.gapY) / 100 });
    const { boxes } = spaceOut(spots);
    expect((boxes[6]?.x ?? 0) - (boxes[3]?.x ?? 0)).toBeLessThan(3 * 300);
  });

  it("keeps a frame around the cards it surrounded", () => {
    const { boxes, mapping } = spaceOut([{ x: 0, y: 0 }, { x: 900, y: 0 }, { x: 1100, y: 150 }]);
    const frame = mapBox({ x: 880, y: -20, width: 1100 + DAGNET_NODE + 20 - 880, height: 150 + DAGNET_NODE + 40 }, mapping);
    for (const box of boxes.slice(1)) {
      expect(box.x).toBeGreaterThan(frame.x);
      expect(box.x + box.width).toBeLessThan(frame.x + frame.width);
      expect(box.y + box.height).toBeLessThan(frame.y + frame.height);
    }
  });

  it("PIC-1: nodes that nearly share a column or a row share it", () => {
    const { boxes } = spaceOut([{ x: -968, y: -170 }, { x: -947, y: 71 }, { x: -528, y: -191 }, { x: -544, y: 4 }]);
    expect(boxes.map(({ x }) => x)).toEqual([boxes[0]?.x, boxes[0]?.x, boxes[2]?.x, boxes[2]?.x]);
    expect(boxes[0]?.y).toBe(boxes[2]?.y);
    expect(boxes[1]?.y).not.toBe(boxes[3]?.y);
  });

  it("PIC-1: a layout takes the proportion of its room, and its cards keep clear of one another", () => {
    const ratio = (boxes: readonly { x: number; y: number; width: number; height: number }[]) => {
      const side = (from: "x" | "y", size: "width" | "height") => Math.max(...boxes.map((box) => box[from] + box[size])) - Math.min(...boxes.map((box) => box[from]));
      return side("x", "width") / side("y", "height");
    };
    const room = { width: 900, height: 370 };
    const flat = [0, 200, 400, 600, 800, 1000].flatMap((x) => [0, 130].map((y) => ({ x, y })));
    expect(ratio(spaceOut(flat, CARD, room).boxes)).toBeLessThan(ratio(spaceOut(flat).boxes));
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(59), fc.nat(59)), { minLength: 20, maxLength: 120 }), fc.integer({ min: 300, max: 3000 }), (links, width) => {
      const arranged = byLayers(60, links);
      const boxes = proportioned(arranged, { width, height: 600 });
      for (const [i, a] of boxes.entries()) for (const b of boxes.slice(0, i)) expect(overlap(a, b, 8)).toBe(false);
      const off = (all: readonly { x: number; y: number; width: number; height: number }[]) => Math.abs(Math.log((ratio(all) * 600) / width));
      expect(off(boxes)).toBeLessThanOrEqual(off(arranged) + 0.75);
    }), { numRuns: 30 });
    const tall = byLayers(400, Array.from({ length: 400 }, (_, i) => [i % 4, i] as const));
    expect(Math.abs(Math.log(ratio(proportioned(tall, room)) / (900 / 370)))).toBeLessThan(Math.abs(Math.log(ratio(tall) / (900 / 370))) / 2);
  });
});
