/** The popover of a `Pop`, from the moment it is first asked for. */
import { Popover } from "radix-ui";
import type { PopProps } from "./Pop.tsx";

export function Popped({ title, trigger, children, align = "start", wide = false }: PopProps) {
  return (
    <Popover.Root defaultOpen>
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
