/** Lists that are one tab stop: ↑ ↓ Home End move between rows, ← → within one. */
import { Fragment, type HTMLAttributes, type ReactNode } from "react";
import { useRoving } from "./roving.ts";
import { useStillOrder } from "./stillOrder.ts";

interface ListProps extends HTMLAttributes<HTMLUListElement> {
  readonly ordered?: boolean;
}

/** A list whose rows keep their order by themselves. */
export function RovingList({ ordered = false, onFocus, ...props }: ListProps) {
  const roving = useRoving<HTMLUListElement>();
  const List = (ordered ? "ol" : "ul") as "ul";
  return (
    <List
      {...props}
      {...roving}
      onFocus={(event) => {
        roving.onFocus(event);
        onFocus?.(event);
      }}
    />
  );
}

interface StillListProps<T> extends Omit<ListProps, "children"> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly children: (item: T) => ReactNode;
  /** Rows stand still as long as a pointer or the focus is on them, and not only while pressed. */
  readonly whileOver?: boolean;
  /** What stands below the rows. */
  readonly foot?: ReactNode;
}

/** A list whose rows change places, but not between a press and its click. */
export function StillList<T>({ items, keyOf, children, whileOver = false, foot, ...props }: StillListProps<T>) {
  const { shown, still } = useStillOrder(items, keyOf);
  return (
    <RovingList {...props} {...(whileOver ? still : { onPointerDown: still.onPointerDown })}>
      {shown.map((item) => (
        <Fragment key={keyOf(item)}>{children(item)}</Fragment>
      ))}
      {foot}
    </RovingList>
  );
}
