/** The scene as plain numbers, as the overlay takes it. */
import type { Stock } from "../light/command.ts";
import { POINTS } from "./curve.ts";
import type { Scene } from "./scene.ts";

/** Copies a scene's boxes, tables and label places into arrays; `tagWidth` says how much of a card's lower edge its tag takes. */
export function stockOf(scene: Scene, tagWidth: (uuid: string) => number): Stock {
  const boxes = new Float32Array(scene.nodes.length * 4);
  scene.nodes.forEach(({ box }, i) => { boxes.set([box.x, box.y, box.width, box.height], i * 4); });
  const tables = new Float32Array(scene.edges.length * POINTS * 2);
  const labels = new Float32Array(scene.edges.length * 3);
  scene.edges.forEach(({ table, label }, i) => {
    tables.set(table, i * POINTS * 2);
    if (label) labels.set([label.x, label.y, label.double ? 2 : 1], i * 3);
  });
  return { boxes, tags: Float32Array.from(scene.nodes, ({ node }) => tagWidth(node.uuid)), tables, labels };
}
