/** A tooltip in plain words; opens on hover and on focus. */
import { Tooltip } from "radix-ui";
import type { ReactNode } from "react";

export function Tip({ says, children, side = "bottom" }: { readonly says: ReactNode; readonly children: ReactNode; readonly side?: "top" | "bottom" | "left" | "right" }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tip" side={side} sideOffset={6} collisionPadding={8}>
          {says}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
