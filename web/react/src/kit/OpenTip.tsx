/** The text of a `Tip`, beside its anchor, for as long as it is mounted. */
import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { usePopoverContainer } from "../scope.ts";

interface OpenTipProps {
  readonly id: string;
  readonly anchor: HTMLElement;
  readonly says: ReactNode;
  readonly side: "top" | "bottom" | "left" | "right";
}

/** The tooltip takes no focus, and gives none back. */
const stay = (event: Event): void => { event.preventDefault(); };

/** The tooltip's text, placed beside its anchor. */
export function OpenTip({ id, anchor, says, side }: OpenTipProps) {
  const container = usePopoverContainer(anchor);
  return (
    <Popover.Root open>
      <Popover.Anchor virtualRef={{ current: anchor }} />
      <Popover.Portal container={container}>
        <Popover.Content id={id} role="tooltip" className="tip" side={side} sideOffset={6} collisionPadding={8} onOpenAutoFocus={stay} onCloseAutoFocus={stay}>
          {says}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
