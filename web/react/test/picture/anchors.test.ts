import { curveBetween, type Box } from "@dagnet-realtime/layer/curve";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AnchoredEdge, anchorsOf, labelBox, placeLabels } from "../../src/picture/anchors.ts";
import { overlap } from "../../src/picture/spacing.ts";

describe("ports", () => {
  const at = (x: number, y: number): Box => ({ x, y, width: 164, height: 80 });
  const link = (source: number, target: number, rest: Partial<AnchoredEdge> = {}): AnchoredEdge => ({ source, target, sourceFace: "right", targetFace: "left", ...rest });

  describe("ports", () => {
    it("PIC-3: a lone edge leaves from the middle of its face", () => {
      const [ports] = anchorsOf([link(0, 1)], [at(0, 0), at(300, 0)]);
      expect(ports).toEqual({ from: { x: 164, y: 40, face: "right" }, to: { x: 300, y: 40, face: "left" } });
    });

    it("PIC-3: edges that share a face are spread in the order of where they lead", () => {
      const ports = anchorsOf([link(0, 2), link(0, 1), link(0, 3)], [at(0, 0), at(300, -200), at(300, 0), at(300, 200)]);
      const ys = ports.map(({ from }) => from.y);
      expect(ys[1]).toBeLessThan(ys[0] ?? 0);
      expect(ys[0]).toBeLessThan(ys[2] ?? 0);
      expect(new Set(ports.map(({ to }) => to.y))).toEqual(new Set([-160, 40, 240]));
    });

    it("keeps many edges on the face, and every face on its side", () => {
      const boxes = [at(0, 0), ...Array.from({ length: 20 }, (_, i) => at(400, i * 120))];
      const many = anchorsOf(boxes.slice(1).map((_, i) => link(0, i + 1)), boxes);
      for (const { from } of many) {
        expect(from.y).toBeGreaterThanOrEqual(15.9);
        expect(from.y).toBeLessThanOrEqual(64.1);
      }
      const [up] = anchorsOf([link(0, 1, { sourceFace: "top", targetFace: "bottom" })], boxes);
      expect([up?.from.y, up?.to.y]).toEqual([0, 80]);
    });
  });
});

describe("labels", () => {
  const at = (x: number, y: number): Box => ({ x, y, width: 164, height: 80 });

  describe("labels", () => {
    it("PIC-3: never stands on a card nor on another label", () => {
      const spot = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 500 }) });
      fc.assert(
        fc.property(fc.array(spot, { maxLength: 12 }), fc.array(fc.tuple(spot, spot), { maxLength: 16 }), (places, ways) => {
          const cards = places.map(({ x, y }) => at(x, y));
          const labels = placeLabels(ways.map(([a, b]) => [curveBetween({ ...a, face: "right" }, { ...b, face: "left" })]), ways.map(() => true), cards);
          const boxes = labels.flatMap((label) => (label ? [labelBox(label)] : []));
          for (const [i, box] of boxes.entries()) {
            for (const card of cards) expect(overlap(box, card)).toBe(false);
            for (const other of boxes.slice(0, i)) expect(overlap(box, other)).toBe(false);
          }
        }),
      );
    });

    it("PIC-3: is left out if there is no room, and if none is wanted", () => {
      const route = [curveBetween({ x: 20, y: 40, face: "right" }, { x: 120, y: 40, face: "left" })];
      expect(placeLabels([route], [true], [at(0, 0)])).toEqual([null]);
      expect(placeLabels([route], [false], [])).toEqual([null]);
      expect(placeLabels([route], [true], [])[0]).toMatchObject({ t: 0.5, double: true });
    });
  });
});
