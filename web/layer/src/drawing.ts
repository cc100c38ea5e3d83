/** A drawing of a graph, as far as the layer needs it: boxes, and the points along edges. */
import type { NodeLight } from "@dagnet-realtime/client/light";
import type { Box } from "./curve.ts";

/**
 * Nodes and edges as they are drawn. `table` holds `POINTS` points at equal distances along an edge
 * (`tableOf` makes it of a curve); `target` is an index into `nodes`. The indices are by uuid.
 */
export interface Drawing {
  readonly nodes: readonly { readonly node: { readonly uuid: string }; readonly box: Box }[];
  readonly edges: readonly { readonly table: Float32Array; readonly target: number }[];
  readonly nodeIndex: ReadonlyMap<string, number>;
  readonly edgeIndex: ReadonlyMap<string, number>;
}

/** Writes a node's numbers beside its light; called at most four times a second for each node. */
export interface NodeWriter {
  write(uuid: string, light: NodeLight, now: number): void;
}
