/** The plainest layout: columns by the longest path, rows by what leads here; milliseconds for a
 * thousand nodes.
 */
import type { Box } from "@dagnet-realtime/layer/curve";
import { CARD } from "../spacing.ts";

/** Longest path from a start gives the column, the mean row of what leads here the place in it.
 * Cycles are cut where first met.
 */
export function byLayers(nodes: number, links: readonly (readonly [number, number])[]): Box[] {
  const into: number[][] = Array.from({ length: nodes }, () => []);
  const out: number[][] = Array.from({ length: nodes }, () => []);
  for (const [from, to] of links) {
    if (from === to) continue;
    into[to]?.push(from);
    out[from]?.push(to);
  }
  const layer = new Array<number>(nodes).fill(0);
  const left = into.map((list) => list.length);
  const ready = left.flatMap((count, i) => (count === 0 ? [i] : []));
  const done = new Set<number>();
  while (done.size < nodes) {
    const next = ready.pop() ?? left.findIndex((_, i) => !done.has(i));
    if (done.has(next)) continue;
    done.add(next);
    for (const to of out[next] ?? []) {
      if (done.has(to)) continue;
      layer[to] = Math.max(layer[to] ?? 0, (layer[next] ?? 0) + 1);
      left[to] = (left[to] ?? 1) - 1;
      if (left[to] === 0) ready.push(to);
    }
  }
  const columns: number[][] = [];
  layer.forEach((column, node) => (columns[column] ??= []).push(node));
  const row = new Array<number>(nodes).fill(0);
  const boxes = new Array<Box>(nodes);
  columns.forEach((column, index) => {
    const pull = (node: number) => {
      const before = into[node] ?? [];
      return before.length ? before.reduce((sum, from) => sum + (row[from] ?? 0), 0) / before.length : node;
    };
    const sorted = column.map((node) => ({ node, pull: pull(node) })).sort((a, b) => a.pull - b.pull || a.node - b.node);
    sorted.forEach(({ node }, i) => {
      row[node] = i - (column.length - 1) / 2;
      boxes[node] = { x: index * (CARD.width + CARD.gapX * 2), y: Math.round((row[node] ?? 0) * (CARD.height + CARD.gapY)), width: CARD.width, height: CARD.height };
    });
  });
  return boxes;
}
