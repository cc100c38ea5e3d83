/** Lists of any length, of which only the rows in view are on the page. Each is one tab stop, tells
 * every row's place in the whole, and stands still as `StillList` does.
 */
import { type AriaAttributes, type CSSProperties, Fragment, type ReactNode, type Ref, useLayoutEffect, useState } from "react";
import { useStillOrder } from "./stillOrder.ts";
import { useWindowedRows } from "./windowedRows.ts";

/** What a row gives to its `li`. */
export interface RowProps extends Pick<AriaAttributes, "aria-posinset" | "aria-setsize"> {
  readonly ref?: Ref<HTMLLIElement>;
  readonly style?: CSSProperties;
  readonly "data-index": number;
}

interface WindowedListProps<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly children: (item: T, row: RowProps) => ReactNode;
  /** The height of a row that has not been drawn yet, in pixels. */
  readonly about: number;
  /** Rows stand still as long as a pointer or the focus is on them, and not only while pressed. */
  readonly whileOver?: boolean;
  readonly className?: string;
  readonly "aria-label"?: string;
}

/** Shorter lists are drawn whole. */
const WHOLE = 40;
/** Rows drawn beyond each edge: a key finds the next one. */
const SPARE = 6;

/** Scrolls with the nearest part of the page around it that scrolls. */
export function WindowedList<T>({ items, keyOf, children, about, whileOver = false, ...props }: WindowedListProps<T>) {
  const { shown, still } = useStillOrder(items, keyOf);
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const [above, setAbove] = useState(0);
  const { ref, windowed, rows, onKeyDown, onFocus, onBlur } = useWindowedRows<T, HTMLUListElement, HTMLLIElement>({ items: shown, keyOf, scroller: () => scroller, about, whole: WHOLE, spare: SPARE, above });
  // What stands above the list may change with any drawing.
  // oxlint-disable-next-line react/exhaustive-deps -- a place that stays ends the chain
  useLayoutEffect(() => {
    const list = ref.current;
    if (list === null || !windowed) return;
    const around = scroller ?? scrollerOf(list);
    if (around !== scroller) setScroller(around);
    const top = Math.round(list.getBoundingClientRect().top - around.getBoundingClientRect().top + around.scrollTop);
    if (top !== above) setAbove(top);
  });
  const count = shown.length;
  const row = (index: number): RowProps => ({ "data-index": index, "aria-posinset": index + 1, "aria-setsize": count });
  return (
    <ul
      {...props}
      {...(whileOver ? still : { onPointerDown: still.onPointerDown })}
      ref={ref}
      style={windowed ? { position: "relative", height: rows.getTotalSize() } : undefined}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        onFocus(event);
        if (whileOver) still.onFocus(event);
      }}
      onBlur={(event) => {
        if (whileOver) still.onBlur(event);
        onBlur(event);
      }}
    >
      {windowed
        ? rows.getVirtualItems().map(({ key, index, start }) => {
          const item = shown[index];
          return item !== undefined && <Fragment key={key}>{children(item, { ...row(index), ref: rows.measureElement, style: { position: "absolute", top: start - above, left: 0, right: 0 } })}</Fragment>;
        })
        : shown.map((item, index) => <Fragment key={keyOf(item)}>{children(item, row(index))}</Fragment>)}
    </ul>
  );
}

/** The nearest element around that scrolls, or the page. */
function scrollerOf(element: HTMLElement): HTMLElement {
  for (let around = element.parentElement; around !== null; around = around.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(around).overflowY)) return around;
  }
  return element.ownerDocument.documentElement;
}
