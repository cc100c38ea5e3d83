/** A list that is one tab stop: ↑ ↓ Home End move between its rows, ← → within one. */
import type { HTMLAttributes } from "react";
import { useRoving } from "./roving.ts";

export function RovingList({ onFocus, ...props }: HTMLAttributes<HTMLUListElement>) {
  const roving = useRoving<HTMLUListElement>();
  return (
    <ul
      {...props}
      {...roving}
      onFocus={(event) => {
        roving.onFocus(event);
        onFocus?.(event);
      }}
    />
  );
}
