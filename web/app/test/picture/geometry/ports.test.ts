import { describe, expect, it } from "vitest";
import { portsOf, type Link } from "../../../src/picture/geometry/ports.ts";
import type { Box } from "../../../src/picture/geometry/place.ts";

const at = (x: number, y: number): Box => ({ x, y, width: 164, height: 80 });
const link = (source: number, target: number, rest: Partial<Link> = {}): Link => ({ source, target, sourceFace: "right", targetFace: "left", ...rest });

describe("ports", () => {
  it("PIC-3: a lone edge leaves from the middle of its face", () => {
    const [ports] = portsOf([link(0, 1)], [at(0, 0), at(300, 0)]);
    expect(ports).toEqual({ from: { x: 164, y: 40, face: "right" }, to: { x: 300, y: 40, face: "left" } });
  });

  it("PIC-3: edges that share a face are spread in the order of where they lead", () => {
    const ports = portsOf([link(0, 2), link(0, 1), link(0, 3)], [at(0, 0), at(300, -200), at(300, 0), at(300, 200)]);
    const ys = ports.map(({ from }) => from.y);
    expect(ys[1]).toBeLessThan(ys[0] ?? 0);
    expect(ys[0]).toBeLessThan(ys[2] ?? 0);
    expect(new Set(ports.map(({ to }) => to.y))).toEqual(new Set([-160, 40, 240]));
  });

  it("keeps many edges on the face, and every face on its side", () => {
    const boxes = [at(0, 0), ...Array.from({ length: 20 }, (_, i) => at(400, i * 120))];
    const many = portsOf(boxes.slice(1).map((_, i) => link(0, i + 1)), boxes);
    for (const { from } of many) {
      expect(from.y).toBeGreaterThanOrEqual(15.9);
      expect(from.y).toBeLessThanOrEqual(64.1);
    }
    const [up] = portsOf([link(0, 1, { sourceFace: "top", targetFace: "bottom" })], boxes);
    expect([up?.from.y, up?.to.y]).toEqual([0, 80]);
  });
});
