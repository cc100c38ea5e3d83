/** The entry `./react`: hooks, the light layer for a host's own React Flow, and the sign. */
export { useFollowed, useNodeLight, useRealtime, type DrawnState, type NodeActivity, type RealtimeSource } from "../../react/src/realtime.ts";
export type { Connection } from "@dagnet-realtime/engine/actions";
export { LightLayer, RealtimeSign, type FlowNode, type LightLayerProps } from "../../react/src/LightLayer.tsx";
