/** A popover with a heading; its code is loaded when its trigger is first hovered or focused. */
import { cloneElement, Suspense, useState } from "react";
import { lazyPart } from "./lazyPart.tsx";
import type { PopoverProps } from "./OpenPopover.tsx";

const load = () => import("./OpenPopover.tsx");
/** If it cannot be fetched the trigger stays, and pressing it tries again. */
const Popped = lazyPart<PopoverProps>(async () => (await load()).OpenPopover, ({ trigger }, again) => cloneElement(trigger, { onClick: again, title: "This could not be loaded. Press to try again." }));

/** A trigger whose popover is loaded when it is first wanted. */
export function LazyPopover(props: PopoverProps) {
  const [asked, setAsked] = useState(false);
  const reach = (): void => void load().catch(() => undefined);
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
