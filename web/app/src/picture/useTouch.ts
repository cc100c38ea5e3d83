/** Lets the pointer choose edges and jumps, and tells when it rests on one. */
import { useEffect, useMemo, useRef, type MouseEvent, type PointerEvent } from "react";
import type { PictureProps, WayRef } from "./contract.ts";

/** What the drawings of edges and jumps listen with. */
export interface Touch {
  readonly onClick: (event: MouseEvent) => void;
  readonly onPointerOver: (event: PointerEvent) => void;
  readonly onPointerOut: () => void;
}

/** A pointer that only passes says nothing. */
export const REST_MS = 120;

/** Null where the host wants neither. */
export function useTouch({ onWay, onRest }: Pick<PictureProps, "onWay" | "onRest">, root: HTMLElement | null): Touch | null {
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
          heard.current.onRest?.({ way, x, y });
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
export function wayOf(target: EventTarget | null): WayRef | null {
  const drawn = target instanceof Element ? target.closest("[data-edge],[data-jump]") : null;
  const edge = drawn?.getAttribute("data-edge");
  if (edge) return { kind: "edge", edge };
  const [from, to] = [drawn?.getAttribute("data-from"), drawn?.getAttribute("data-to")];
  return from && to ? { kind: "jump", from, to } : null;
}
