/** Which edge or jump the pointer rests on or clicks. */
import { useEffect, useMemo, useRef, type MouseEvent, type PointerEvent } from "react";
import type { PictureProps, EdgeRef } from "./types.ts";

/** What the drawings of edges and jumps listen with. */
export interface EdgeHover {
  readonly onClick: (event: MouseEvent) => void;
  readonly onPointerOver: (event: PointerEvent) => void;
  readonly onPointerOut: () => void;
}

/** A pointer that only passes says nothing. */
export const REST_MS = 120;

/** Null if the host wants neither. */
export function useEdgeHover({ onSelectEdge: onWay, onHoverEdge: onRest }: Pick<PictureProps, "onSelectEdge" | "onHoverEdge">, root: HTMLElement | null): EdgeHover | null {
  const heard = useRef({ onWay, onRest });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    heard.current = { onWay, onRest };
  });
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const wanted = onWay !== undefined || onRest !== undefined;
  return useMemo(() => {
    if (!wanted) return null;
    return {
      onClick: (event) => {
        const way = wayOf(event.target);
        if (way) heard.current.onWay?.(way);
      },
      onPointerOver: (event) => {
        clearTimeout(timer.current);
        const way = event.pointerType === "touch" ? null : wayOf(event.target);
        if (!way) return;
        const box = root?.getBoundingClientRect();
        const [x, y] = [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
        timer.current = setTimeout(() => {
          heard.current.onRest?.({ edge: way, x, y });
        }, REST_MS);
      },
      onPointerOut: () => {
        clearTimeout(timer.current);
        heard.current.onRest?.(null);
      },
    };
  }, [wanted, root]);
}

/** The edge or jump that a part of the drawing belongs to. */
export function wayOf(target: EventTarget | null): EdgeRef | null {
  const drawn = target instanceof Element ? target.closest("[data-edge],[data-jump]") : null;
  const edge = drawn?.getAttribute("data-edge");
  if (edge) return { kind: "edge", edge };
  const [from, to] = [drawn?.getAttribute("data-from"), drawn?.getAttribute("data-to")];
  return from && to ? { kind: "jump", from, to } : null;
}
