/** Builds what is drawn of followed paths: legs, stops, and lanes where paths meet. */
import type { FollowedPath } from "@dagnet-realtime/client/light";
import { between, type Box, jumpCurve, tableOf } from "./curve.ts";
import type { Drawing, DrawnEdge } from "./drawing.ts";
import type { Leg, PathMark } from "./protocol.ts";
import { MOST_PATHS } from "./pathLayer.ts";

/** Paths side by side, or outlines in one another. More would leave their edge or card, so they lie
 * upon one another instead.
 */
const LANES = 7;

/** One mark a path, in order; steps at nodes that the graph does not have are left out. Legs end at
 * the boxes of their nodes. `tables` caches their points, good until something moves: `a>b` are
 * those of a jump, which are slow to find, `=e` those of an edge between its nodes.
 */
export function marksOf(drawing: Drawing, followed: readonly FollowedPath[], tables = new Map<string, Float32Array>()): PathMark[] {
  const boxes = drawing.nodes.map(({ box }) => box);
  const users = new Map<string, number>();
  return followed.slice(0, MOST_PATHS).map((path, index) => {
    const stops = new Map<number, number[]>();
    const passed = new Set<number>();
    const legs: Leg[] = [];
    const mine = new Map<string, number>();
    let before: number | undefined;
    for (const step of path.steps) {
      const node = drawing.nodeIndex.get(step.node);
      if (node === undefined) continue;
      stops.set(node, [...(stops.get(node) ?? []), step.n]);
      for (const id of step.jump ? [] : step.edges) {
        const edge = drawing.edgeIndex.get(id);
        const drawn = edge === undefined ? undefined : drawing.edges[edge];
        if (edge !== undefined && drawn) legs.push({ table: visible(id, drawn), label: edge, lane: lane(id), jump: false, inferred: step.inferred });
        if (step.inferred && drawn && drawn.target !== node) passed.add(drawn.target);
      }
      const [from, to] = [before === undefined ? undefined : drawing.nodes[before], drawing.nodes[node]];
      if (step.jump && from && to && before !== node) {
        legs.push({ table: ghost(`${before ?? ""}>${node}`, from.box, to.box), label: -1, lane: lane(`${before ?? ""}>${node}`), jump: true, inferred: step.inferred });
      }
      before = node;
    }
    return { token: path.token, hue: path.hue, lane: index % LANES, stops: [...stops].map(([node, numbers]) => ({ node, numbers })), passed: [...passed].filter((node) => !stops.has(node)), legs };

    function ghost(key: string, from: Box, to: Box): Float32Array {
      const table = tables.get(key) ?? tableOf(jumpCurve(from, to, boxes));
      tables.set(key, table);
      return table;
    }

    // Its nodes are asked for only once: a drawing may have to look for them.
    function visible(id: string, drawn: DrawnEdge): Float32Array {
      const known = tables.get(`=${id}`);
      if (known) return known;
      const shown = between(drawn.table, boxes[drawn.source], boxes[drawn.target]);
      tables.set(`=${id}`, shown);
      return shown;
    }

    function lane(id: string): number {
      const known = mine.get(id);
      if (known !== undefined) return known;
      const next = users.get(id) ?? 0;
      users.set(id, next + 1);
      mine.set(id, next % LANES);
      return next % LANES;
    }
  });
}
