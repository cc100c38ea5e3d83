/** A popover with a heading, opened by its trigger. */
import { Popover } from "radix-ui";
import type { ReactNode } from "react";

interface PopProps {
  readonly title: string;
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly align?: "start" | "center" | "end";
  readonly wide?: boolean;
}

export function Pop({ title, trigger, children, align = "start", wide = false }: PopProps) {
  return (
    <Popover.Root>
      <Popover.Trigger asChild>{trigger}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className={wide ? "pop pop-wide" : "pop"} align={align} sideOffset={6} collisionPadding={8} aria-label={title}>
          <h2 className="pop-title">{title}</h2>
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
