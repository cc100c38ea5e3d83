/** The picture as a component for other React applications (18 and 19): mount it, give it a graph and a light source. */
export { Picture } from "./picture/Picture.tsx";
export type { FollowedPath, FollowedStep, Hit, Hue, JumpEdge, LightListener, LightSource, NodeLight, PictureProps, Pointed, Step, WayRef } from "./picture/contract.ts";
export type { Graph } from "@dagnet-realtime/engine/wire.gen";
export { embedded, type Embedded, type EmbeddedOptions } from "./store/embedded.ts";
