/** The picture as a component for other React applications (18 and 19): it takes a graph and a
 * light source.
 */
export { embedded, type Embedded, type EmbeddedOptions } from "@dagnet-realtime/client/embedded";
export type { FollowedPath, Hit, Hue, LightListener, LightSource, NodeLight, PathStep, Step } from "@dagnet-realtime/client/light";
export type { Graph } from "@dagnet-realtime/engine/wire.gen";
export { PopoverContainer, SCOPE } from "./scope.ts";
export { Picture } from "./picture/Picture.tsx";
export type { EdgeRef, Highlight, JumpEdge, PictureProps } from "./picture/types.ts";
