/** What is in view: the part of the drawing that the picture shows, in canvas units. */
import type { Box } from "@dagnet-realtime/layer/curve";
import { useStoreApi } from "@xyflow/react";
import { useEffect } from "react";

/** Looks are this far apart at least while the camera moves, in milliseconds. */
const LOOK_MS = 80;

/** The camera and the picture's size, as React Flow keeps them. */
export interface CameraState {
  readonly transform: readonly [x: number, y: number, zoom: number];
  readonly width: number;
  readonly height: number;
}

/** The part of the drawing that is in view. */
export function viewOf({ transform: [x, y, zoom], width, height }: CameraState): Box {
  return { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
}

/** A box with this share of its size added on each side. */
export function widened({ x, y, width, height }: Box, share: number): Box {
  return { x: x - width * share, y: y - height * share, width: width * (1 + share * 2), height: height * (1 + share * 2) };
}

/** Whether a box lies wholly in another. */
export function within(inner: Box, outer: Box): boolean {
  return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height;
}

/** Calls `look` at first and soon after each move of the camera, and `moved` at each. Both have to
 * be the same functions in each render, or the looks begin anew.
 */
export function useView(look: (camera: CameraState) => void, moved?: (camera: CameraState) => void): void {
  const store = useStoreApi();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        look(store.getState());
      }, LOOK_MS);
    };
    soon();
    const forget = store.subscribe((state, before) => {
      if (state.transform === before.transform && state.width === before.width && state.height === before.height) return;
      moved?.(state);
      soon();
    });
    return () => {
      clearTimeout(timer);
      forget();
    };
  }, [store, look, moved]);
}
