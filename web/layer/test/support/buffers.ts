/** A scene's measures as arrays, in the scene's own order. */
import { type Scene } from "@dagnet-realtime/react/picture/scene";
import { POINTS } from "../../src/curve.ts";
import type { RenderBuffers } from "../../src/protocol.ts";

/** `tagWidth` says how much of a card's lower edge its tag takes. */
export function renderBuffers(scene: Scene, tagWidth: (uuid: string) => number): RenderBuffers {
  const boxes = Float32Array.from(scene.nodes.flatMap(({ box }) => [box.x, box.y, box.width, box.height]));
  const tables = new Float32Array(scene.edges.length * POINTS * 2);
  const labels = new Float32Array(scene.edges.length * 3);
  scene.edges.forEach(({ table, label }, i) => {
    tables.set(table, i * POINTS * 2);
    if (label) labels.set([label.x, label.y, label.double ? 2 : 1], i * 3);
  });
  return { boxes, tags: Float32Array.from(scene.nodes, ({ node }) => tagWidth(node.uuid)), tables, labels };
}
