/** The props of `Picture`, and what they are made of. */
import type { FollowedPath, LightSource } from "@dagnet-realtime/client/light";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { ReactNode } from "react";
import type { CardFigures } from "./cardWriter.ts";

/** Steps that traces take and the graph has no edge for. */
export interface JumpEdge {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly traces: number;
  readonly medianGapMs: number;
  readonly advice: string;
}

/** An edge of the graph, or a jump by its two ends (uuids). */
export type EdgeRef = { readonly kind: "edge"; readonly edge: string } | { readonly kind: "jump"; readonly from: string; readonly to: string };

/** Nodes and edges (uuids) that are pointed out, all of them in view. */
export interface Highlight {
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
}

/** What a host may ask of the picture. */
export interface PictureControls {
  readonly fit: () => void;
  readonly activeOnly: () => boolean;
  /** Shows the nodes that had an event in the last minute alone, or all again. */
  readonly setActiveOnly: (only: boolean) => void;
  /** Brings a node (uuid) to the middle, large enough to be read, and gives it the keyboard. */
  readonly goTo: (node: string) => void;
}

/** Everything the picture draws and tells. */
export interface PictureProps {
  readonly graph: Graph;
  readonly light: LightSource;
  readonly theme: "dark" | "light";
  readonly motion: "full" | "reduced";
  /** Paused or stale: nothing moves. */
  readonly frozen: boolean;
  /** Not live: colour drains, and what moved is taken away. */
  readonly stale: boolean;
  /** The picture stands still on purpose. */
  readonly paused?: boolean;
  /** What cards say: rates unless said otherwise. */
  readonly figures?: CardFigures;
  /** The filter that the light passes, "" for none: another one writes all cards anew. */
  readonly filter?: string;
  readonly selected: string | null;
  readonly onSelect: (node: string | null) => void;
  readonly followed: readonly FollowedPath[];
  readonly jumps: readonly JumpEdge[];
  /** The edge or jump that is selected. */
  readonly selectedEdge?: EdgeRef | null;
  readonly onSelectEdge?: (edge: EdgeRef) => void;
  /** The pointer rests on an edge or a jump, at this place of the picture (CSS pixels), or no
   * longer on any.
   */
  readonly onHoverEdge?: (hover: { readonly edge: EdgeRef; readonly x: number; readonly y: number } | null) => void;
  readonly highlight?: Highlight | null;
  /** Across a room: larger type, no controls. */
  readonly large?: boolean;
  /** Takes the controls while the picture is shown, then null. The same function at each render.
   */
  readonly onControls?: ((controls: PictureControls | null) => void) | undefined;
  /** Shown over the canvas, top left. */
  readonly children?: ReactNode;
}
