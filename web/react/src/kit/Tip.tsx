/**
 * A tooltip in plain words; opens on hover and on focus.
 *
 * What draws and places it is loaded when it is first wanted: it is a tenth of the page's start.
 */
import { cloneElement, Suspense, useEffect, useId, useState, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import { lazyPart } from "./lazyPart.tsx";

const load = () => import("./OpenTip.tsx");
const OpenTip = lazyPart(async () => (await load()).OpenTip, () => null);

/** How long a pointer rests before the tooltip opens, in milliseconds. */
const REST_MS = 350;

interface TipProps {
  readonly says: ReactNode;
  readonly children: ReactElement<HTMLAttributes<HTMLElement>>;
  readonly side?: "top" | "bottom" | "left" | "right";
}

/** The element it is around, with a tooltip. */
export function Tip({ says, children, side = "bottom" }: TipProps) {
  const id = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [hovered, setHovered] = useState<HTMLElement | null>(null);
  const close = (): void => {
    setHovered(null);
    setAnchor(null);
  };
  useEffect(() => {
    if (hovered === null) return;
    const timer = setTimeout(() => { setAnchor(hovered); }, REST_MS);
    return () => { clearTimeout(timer); };
  }, [hovered]);
  useEffect(() => {
    if (anchor === null) return;
    const escape = (event: KeyboardEvent): void => { if (event.key === "Escape") setAnchor(null); };
    document.addEventListener("keydown", escape, true);
    return () => { document.removeEventListener("keydown", escape, true); };
  }, [anchor]);
  const trigger = cloneElement(children, {
    ...(anchor === null ? {} : { "aria-describedby": id }),
    onPointerEnter: ({ currentTarget, pointerType }) => {
      if (pointerType === "touch") return;
      void load().catch(() => undefined);
      setHovered(currentTarget);
    },
    onPointerLeave: close,
    onPointerDown: close,
    onFocus: ({ currentTarget }) => { if (currentTarget.matches(":focus-visible")) setAnchor(currentTarget); },
    onBlur: close,
  });
  return (
    <>
      {trigger}
      {anchor !== null && (
        <Suspense fallback={null}>
          <OpenTip id={id} anchor={anchor} says={says} side={side} />
        </Suspense>
      )}
    </>
  );
}
