/** The entry `./layer`: the light canvas over any drawing of a graph. */
export { lightLayer, type LightLayer, type LightLayerOptions, type LightLook, type UnexpectedStep, type View } from "../../layer/src/lightLayer.ts";
export { amount } from "../../layer/src/staticLayer.ts";
export type { Box } from "../../layer/src/curve.ts";
export type { NodeWriter } from "../../layer/src/drawing.ts";
export type { EdgeLabel, EdgePath } from "../../layer/src/measuredDrawing.ts";
export type { Palette, RenderReport } from "../../layer/src/protocol.ts";
export type { FollowedPath, Hit, Hue, LightListener, LightSource, NodeLight, PathStep, Step } from "../../client/src/light.ts";
