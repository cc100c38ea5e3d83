/** The typed interface of the embeddable picture: what a host gives, and what the picture reads from it. */
import type { ReactNode } from "react";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";

/** How brightly one node stands. `rate` is events a second over ten seconds, `level` 0 to 1, `lastAt` milliseconds or null. */
export interface NodeLight {
  readonly count: number;
  readonly rate: number;
  readonly level: number;
  readonly lastAt: number | null;
}

/** An event lit a node; `count` above one stands for hits that were counted but not carried. */
export interface Hit {
  readonly node: string;
  readonly at: number;
  readonly late: boolean;
  readonly token: string | null;
  readonly count: number;
}

/** A trace went from one node to another over these edges (uuids), or over none of the graph's (`jump`). */
export interface Step {
  readonly token: string;
  readonly from: string;
  readonly to: string;
  readonly edges: readonly string[];
  readonly jump: boolean;
  readonly inferred: boolean;
  readonly followed: boolean;
  readonly at: number;
}

/** Where the light comes from. `now()` is the clock that `lastAt` is measured on, and stands while paused. */
export interface LightSource {
  now(): number;
  node(uuid: string): NodeLight;
  subscribe(listener: LightListener): () => void;
}

/** Receives what happens, as it happens, outside React. */
export interface LightListener {
  hit(hit: Hit): void;
  step(step: Step): void;
}

export type Hue = 0 | 1 | 2 | 3 | 4 | 5;

/** One stop of a followed trace; `edges` lead from the stop before to this one. */
export interface FollowedStep {
  readonly node: string;
  readonly n: number;
  readonly edges: readonly string[];
  readonly jump: boolean;
  readonly inferred: boolean;
}

/** A followed trace: its hue, its stops in order, and the node where it stands. */
export interface FollowedPath {
  readonly token: string;
  readonly hue: Hue;
  readonly steps: readonly FollowedStep[];
  readonly head: string | null;
}

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
export type WayRef = { readonly kind: "edge"; readonly edge: string } | { readonly kind: "jump"; readonly from: string; readonly to: string };

/** Nodes and edges (uuids) that are pointed out, all of them in view. */
export interface Pointed {
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
}

/** Everything the picture draws and tells. */
export interface PictureProps {
  readonly graph: Graph;
  readonly light: LightSource;
  readonly theme: "dark" | "light";
  readonly motion: "full" | "reduced";
  /** Paused or stale: nothing moves. */
  readonly frozen: boolean;
  /** Not live: colour drains. */
  readonly stale: boolean;
  readonly selected: string | null;
  readonly onSelect: (node: string | null) => void;
  readonly followed: readonly FollowedPath[];
  readonly jumps: readonly JumpEdge[];
  /** The edge or jump that is selected. */
  readonly way?: WayRef | null;
  readonly onWay?: (way: WayRef) => void;
  /** The pointer rests on an edge or a jump, at this place of the picture (CSS pixels), or no longer on any. */
  readonly onRest?: (rest: { readonly way: WayRef; readonly x: number; readonly y: number } | null) => void;
  readonly pointed?: Pointed | null;
  /** Across a room: larger type, no controls. */
  readonly large?: boolean;
  /** Shown over the canvas, top left. */
  readonly children?: ReactNode;
}
