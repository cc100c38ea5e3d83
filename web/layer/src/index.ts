/** The light canvas: glow, rings, particles and followed paths over any drawing of a graph. */
export { curveBetween, jumpCurve, POINTS, pointAt, tableOf, type Box, type Curve, type Port } from "./curve.ts";
export { detailAt } from "./detail.ts";
export type { Drawing, NodeWriter } from "./drawing.ts";
export { pageFrames, type Frames } from "./frames.ts";
export { LEVELS_MS, LightAdapter, type LightAdapterOptions } from "./lightAdapter.ts";
export { marksOf } from "./pathMarks.ts";
export { LABEL, type Camera, type Command, type Palette, type PathMark, type RenderBuffers, type Renderer, type RenderReport } from "./protocol.ts";
export { openRenderer } from "./renderer.ts";
export { readPalette } from "./sprites.ts";
