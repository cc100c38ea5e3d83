import { expect, it } from "vitest";
import { journey } from "../../../src/picture/bench/sample.ts";
import { POINTS } from "../../../src/picture/geometry/curve.ts";
import { sceneOf } from "../../../src/picture/geometry/scene.ts";
import { stockOf } from "../../../src/picture/geometry/stock.ts";

it("copies boxes, tables and labels in the scene's order", () => {
  const scene = sceneOf(journey(), null);
  const stock = stockOf(scene, (uuid) => (uuid === "purchase" ? 42 : 0));
  const purchase = scene.nodeIndex.get("purchase") ?? -1;
  expect([...stock.boxes.slice(purchase * 4, purchase * 4 + 4)]).toEqual(Object.values(scene.nodes[purchase]?.box ?? {}));
  expect(stock.tags[purchase]).toBe(42);
  expect(stock.tables).toHaveLength(scene.edges.length * POINTS * 2);
  const labelled = scene.edges.findIndex(({ label }) => label !== null);
  expect(stock.labels[labelled * 3 + 2]).toBeGreaterThan(0);
});
