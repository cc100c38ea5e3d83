/** The entry `./react/picture`: DagNet's graph as a picture of its own, under React Flow 12. Its
 * styles are in `picture.css`, which the host imports.
 */
export { Picture } from "../../react/src/picture/Picture.tsx";
export type { Graph } from "@dagnet-realtime/engine/wire.gen";
export type { EdgeRef, Highlight, JumpEdge, PictureProps } from "../../react/src/picture/types.ts";
