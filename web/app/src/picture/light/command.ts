/** What the overlay is told and what it reports: plain values, so that the overlay may as well live in a worker. */

/** Where the view stands: screen = canvas units × zoom + x, y (CSS pixels); `ratio` device pixels a CSS pixel. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

/** Measured things: x, y, width, height a node; the width of its tag (0 for none); 24 points an edge; label x, y, lines (0, 1, 2) an edge. */
export interface Stock {
  readonly tags: Float32Array;
  readonly boxes: Float32Array;
  readonly tables: Float32Array;
  readonly labels: Float32Array;
}

/** Colours as CSS strings. */
export interface Palette {
  readonly canvas: string;
  readonly activity: string;
  readonly activityText: string;
  readonly core: string;
  readonly follow: readonly string[];
  readonly ink: string;
  readonly mono: string;
  readonly sans: string;
  readonly dark: boolean;
}

/** One part of a followed path: its 24 points, and how it is drawn. `lane` keeps paths that share an edge apart. */
export interface Leg {
  readonly table: Float32Array;
  readonly label: number;
  readonly lane: number;
  readonly jump: boolean;
  readonly inferred: boolean;
}

/** A followed path. `stops` are its nodes with the numbers of the steps made there, `passed` those it is inferred to have passed between;
 * `lane` sets nested outlines apart. */
export interface PathMark {
  readonly token: string;
  readonly hue: number;
  readonly lane: number;
  readonly stops: readonly { node: number; numbers: readonly number[] }[];
  readonly passed: readonly number[];
  readonly legs: readonly Leg[];
}

export type Command =
  | { readonly kind: "stock"; readonly stock: Stock }
  | { readonly kind: "camera"; readonly camera: Camera }
  | { readonly kind: "palette"; readonly palette: Palette }
  | { readonly kind: "mode"; readonly reduced: boolean; readonly frozen: boolean }
  | { readonly kind: "glow"; readonly glow: Float32Array; readonly atOnce: boolean }
  | { readonly kind: "ring"; readonly node: number; readonly strength: number; readonly late: boolean }
  | { readonly kind: "step"; readonly edges: readonly number[]; readonly inferred: boolean }
  | { readonly kind: "paths"; readonly paths: readonly PathMark[] };

/** How steps are being drawn, for the legend: `dots` and `width` say that some edges have left "one particle, one step". */
export interface Report {
  readonly dots: boolean;
  readonly width: boolean;
  readonly pace: 0 | 1 | 2;
  readonly particles: number;
}

/** Draws all light. Told by commands, closed once. */
export interface Overlay {
  send(command: Command): void;
  close(): void;
}
