import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { curveBetween } from "../../../src/picture/geometry/curve.ts";
import { labelBox, placeLabels } from "../../../src/picture/geometry/labels.ts";
import { overlap, type Box } from "../../../src/picture/geometry/place.ts";

const at = (x: number, y: number): Box => ({ x, y, width: 164, height: 80 });

describe("labels", () => {
  it("PIC-4: never stands on a card nor on another label", () => {
    const spot = fc.record({ x: fc.integer({ min: 0, max: 900 }), y: fc.integer({ min: 0, max: 500 }) });
    fc.assert(
      fc.property(fc.array(spot, { maxLength: 12 }), fc.array(fc.tuple(spot, spot), { maxLength: 16 }), (places, ways) => {
        const cards = places.map(({ x, y }) => at(x, y));
        const labels = placeLabels(ways.map(([a, b]) => curveBetween({ ...a, face: "right" }, { ...b, face: "left" })), ways.map(() => true), cards);
        const boxes = labels.flatMap((label) => (label ? [labelBox(label)] : []));
        for (const [i, box] of boxes.entries()) {
          for (const card of cards) expect(overlap(box, card)).toBe(false);
          for (const other of boxes.slice(0, i)) expect(overlap(box, other)).toBe(false);
        }
      }),
    );
  });

  it("PIC-4: is left out where there is no room, and where none is wanted", () => {
    const curve = curveBetween({ x: 20, y: 40, face: "right" }, { x: 120, y: 40, face: "left" });
    expect(placeLabels([curve], [true], [at(0, 0)])).toEqual([null]);
    expect(placeLabels([curve], [false], [])).toEqual([null]);
    expect(placeLabels([curve], [true], [])[0]).toMatchObject({ t: 0.5, double: true });
  });
});
