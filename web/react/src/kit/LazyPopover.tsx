/** A popover with a heading; its code is loaded when its trigger is first hovered or focused. */
import { cloneElement, lazy, Suspense, useState } from "react";
import type { PopoverProps } from "./OpenPopover.tsx";

const load = () => import("./OpenPopover.tsx");
const Popped = lazy(() => load().then(({ OpenPopover: component }) => ({ default: component })));

/** A trigger whose popover is loaded when it is first wanted. */
export function LazyPopover(props: PopoverProps) {
  const [asked, setAsked] = useState(false);
  const reach = (): void => void load();
  const closed = cloneElement(props.trigger, {
    "aria-haspopup": "dialog",
    "aria-expanded": false,
    onPointerEnter: reach,
    onFocus: reach,
    onClick: () => {
      setAsked(true);
    },
  });
  return asked ? (
    <Suspense fallback={closed}>
      <Popped {...props} />
    </Suspense>
  ) : (
    closed
  );
}
