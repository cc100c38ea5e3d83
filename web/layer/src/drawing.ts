/** A drawing of a graph, as far as the layer needs it: boxes, and the points along edges. */
import type { NodeLight } from "@dagnet-realtime/client/light";
import type { Box } from "./curve.ts";

export interface DrawnNode {
  readonly node: { readonly uuid: string };
  readonly box: Box;
}

/** `table` holds `POINTS` points at equal distances along an edge (`tableOf` makes it of a curve);
 * `source` and `target` are the indices of the nodes that the edge joins.
 */
export interface DrawnEdge {
  readonly table: Float32Array;
  readonly source: number;
  readonly target: number;
}

/** Nodes and edges as they are drawn. The indices are by uuid. */
export interface Drawing {
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
  readonly nodeIndex: ReadonlyMap<string, number>;
  readonly edgeIndex: { get(uuid: string): number | undefined };
}

/** Writes a node's numbers beside its light; called at most four times a second for each node. */
export interface NodeWriter {
  write(uuid: string, light: NodeLight, now: number): void;
}
