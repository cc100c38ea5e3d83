import type { Box } from "@dagnet-realtime/layer/curve";
import { describe, expect, it } from "vitest";
import { hottest, placed } from "../../src/picture/FarNames.tsx";
import { pathOf } from "../../src/picture/Minimap.tsx";
import { sceneOf } from "../../src/picture/scene.ts";
import { overlap } from "../../src/picture/spacing.ts";
import { grid } from "../bench/sample.ts";

const at = (x: number, y: number): Box => ({ x, y, width: 172, height: 84 });
const SEEN = { x: 0, y: 50, zoom: 0.1, width: 1000, height: 600 };

describe("names over a far view", () => {
  it("PIC-25: none covers another, the first goes first, and none stands out of view", () => {
    const wanted = [["a", at(1000, 1000)], ["b", at(1200, 1010)], ["c", at(5000, 1000)], ["d", at(-9000, 0)]].map(([uuid, box]) => ({ uuid: uuid as string, title: "Gave bank details", box: box as Box }));
    expect(placed(wanted, SEEN, 9).map(({ uuid }) => uuid)).toEqual(["a", "c"]);
    expect(placed([...wanted].reverse(), SEEN, 9).map(({ uuid }) => uuid)).toEqual(["c", "b"]);
    expect(placed(wanted, SEEN, 1)).toHaveLength(1);
  });

  it("PIC-25: a name that would cover the name on another card stands on its own node", () => {
    const wanted = [{ uuid: "a", title: "Gave bank details", box: at(1000, 1000) }];
    const alone = placed(wanted, SEEN, 9)[0]?.y ?? 0;
    expect(alone).toBeLessThanOrEqual(1000);
    expect(placed(wanted, SEEN, 9, [at(3000, 900)])[0]?.y).toBe(alone);
    expect(placed(wanted, SEEN, 9, [at(1000, 880)])[0]?.y).toBeGreaterThan(alone);
  });

  it.each([["a chain", (i: number) => at(i * 224, 1500), true], ["a column", (i: number) => at(1500, i * 95 + 200), false]] as const)("PIC-25: in %s of a small graph each has room, covers no card and is in view", (_, place, leads) => {
    const wanted = Array.from({ length: 20 }, (_, i) => ({ uuid: `n${i}`, title: i % 2 === 0 ? "Gave bank details" : "Mobile or broadband first", box: place(i) }));
    const seen = { x: 20, y: 50, zoom: 0.2, width: 940, height: 560 };
    const cards = wanted.map(({ box }) => box);
    const names = placed(wanted, seen, 24, [], cards);
    expect(names).toHaveLength(20);
    expect(placed(wanted, seen, 24).length).toBeLessThan(20);
    const boxes = names.map(({ title, x, y }) => {
      const width = Math.min(170, title.length * 6.3 + 12);
      return { x: x * 0.2 + 20 - width / 2, y: y * 0.2 + 50 - 20, width, height: 18 };
    });
    boxes.forEach((one, i) => {
      expect(one.x).toBeGreaterThanOrEqual(0);
      expect(one.x + one.width).toBeLessThanOrEqual(940);
      for (const other of boxes.slice(i + 1)) expect(overlap(one, other)).toBe(false);
    });
    expect(names.some(({ lead }) => lead !== undefined)).toBe(leads);
  });

  it("PIC-25: the busiest are named, and keep their names while they are among the first few", () => {
    const scene = sceneOf(grid(40), null);
    const levels = new Map(scene.nodes.map(({ node }, i) => [node.uuid, i < 20 ? (20 - i) / 20 : 0]));
    const light = { node: (uuid: string) => ({ count: 1, rate: 1, level: levels.get(uuid) ?? 0, lastAt: levels.get(uuid) ? 0 : null }) };
    const ids = scene.nodes.map(({ node }) => node.uuid);
    expect(hottest(scene, light, new Set())).toEqual(ids.slice(0, 8));
    expect(hottest(scene, light, new Set([ids[12] ?? "", ids[19] ?? ""]))).toEqual([ids[12], ...ids.slice(0, 7)]);
  });

  it("PIC-25: without traffic those seen last are named, then the ends of the graph", () => {
    const graph = grid(9);
    const scene = sceneOf({ ...graph, nodes: graph.nodes.map((node, i) => ({ ...node, start: i === 4, absorbing: i === 8 })) }, null);
    const seen = new Map([["n2", 100], ["n7", 200]]);
    expect(hottest(scene, { node: (uuid) => ({ count: 1, rate: 0, level: 0, lastAt: seen.get(uuid) ?? null }) }, new Set())).toEqual(["n7", "n2", "n4", "n8"]);
  });
});

it("PIC-102: on the map no node is too small to be seen", () => {
  expect(pathOf([at(10, 20)], 1)).toBe("M10,20h172v84h-172z");
  expect(pathOf([at(0, 0)], 0.001)).toBe("M0,0h1600v1600h-1600z");
  expect(pathOf([at(10, 20)], 1, 2)).toBe("M8,18h176v88h-176z");
});
