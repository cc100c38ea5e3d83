/** The popover of a `LazyPopover`, from the moment it is first opened. */
import { Popover } from "radix-ui";
import { type ButtonHTMLAttributes, type ReactElement, type ReactNode, useState } from "react";
import { usePopoverContainer } from "../scope.ts";

/** The trigger must pass its props and its ref to a button. */
export interface PopoverProps {
  readonly title: string;
  readonly trigger: ReactElement<ButtonHTMLAttributes<HTMLButtonElement>>;
  readonly children: ReactNode;
  readonly side?: "top" | "bottom";
  readonly align?: "start" | "center" | "end";
  readonly wide?: boolean;
}

/** The trigger and its popover, opened from the first. */
export function OpenPopover({ title, trigger, children, side = "bottom", align = "start", wide = false }: PopoverProps) {
  const [anchor, setAnchor] = useState<HTMLButtonElement | null>(null);
  const container = usePopoverContainer(anchor);
  return (
    <Popover.Root defaultOpen>
      <Popover.Trigger asChild ref={setAnchor}>{trigger}</Popover.Trigger>
      {anchor && (
        <Popover.Portal container={container}>
          <Popover.Content className={wide ? "pop pop-wide" : "pop"} side={side} align={align} sideOffset={6} collisionPadding={8} aria-label={title}>
            <h2 className="pop-title">{title}</h2>
            {children}
          </Popover.Content>
        </Popover.Portal>
      )}
    </Popover.Root>
  );
}
