/** Lists of any length, of which only the rows in view are on the page. Each is one tab stop, tells
 * every row's place in the whole, and stands still as `StillList` does.
 */
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { type AriaAttributes, type CSSProperties, Fragment, type KeyboardEvent, type ReactNode, type Ref, useCallback, useLayoutEffect, useRef, useState } from "react";
import { PRESSABLE, useRoving } from "./roving.ts";
import { useStillOrder } from "./stillOrder.ts";

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
  const roving = useRoving<HTMLUListElement>();
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const [above, setAbove] = useState(0);
  const [focused, setFocused] = useState<string | null>(null);
  const wanted = useRef<{ readonly index: number; readonly column: number } | null>(null);
  const windowed = shown.length > WHOLE;
  const kept = focused === null || !windowed ? -1 : shown.findIndex((item) => keyOf(item) === focused);
  const rows = useVirtualizer<HTMLElement, HTMLLIElement>({
    count: shown.length,
    enabled: windowed,
    useFlushSync: false,
    getScrollElement: () => scroller,
    estimateSize: () => about,
    getItemKey: (index) => { const item = shown[index]; return item === undefined ? index : keyOf(item); },
    overscan: SPARE,
    scrollMargin: above,
    rangeExtractor: rowsInView(kept),
  });
  // What stands above the list may change with any drawing.
  // oxlint-disable-next-line react/exhaustive-deps -- a place that stays ends the chain
  useLayoutEffect(() => {
    const list = roving.ref.current;
    if (list === null || !windowed) return;
    const around = scroller ?? scrollerOf(list);
    if (around !== scroller) setScroller(around);
    const top = Math.round(list.getBoundingClientRect().top - around.getBoundingClientRect().top + around.scrollTop);
    if (top !== above) setAbove(top);
  });
  // A row that a key leads to may come with the next drawing.
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const { index, column } = wanted.current;
    const stops = [...(roving.ref.current?.querySelector(`[data-index="${index}"]`)?.querySelectorAll<HTMLElement>(PRESSABLE) ?? [])];
    if (stops.length === 0) return;
    wanted.current = null;
    stops[Math.min(column, stops.length - 1)]?.focus({ preventScroll: true });
  });
  const count = shown.length;
  const onKeyDown = useCallback((event: KeyboardEvent<HTMLUListElement>) => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-index]") : null;
    const to = row === null || !windowed || event.altKey || event.ctrlKey || event.metaKey ? null : indexAfter(event.key, Number(row.dataset["index"]), count);
    if (row === null || to === null) {
      roving.onKeyDown?.(event);
      return;
    }
    event.preventDefault();
    wanted.current = { index: to, column: [...row.querySelectorAll(PRESSABLE)].indexOf(event.target as Element) };
    rows.scrollToIndex(to);
    const item = shown[to];
    // Drawn already or not: the next drawing gives it the keyboard.
    setFocused(item === undefined ? null : keyOf(item));
  }, [windowed, count, shown, keyOf, rows, roving]);
  const row = (index: number): RowProps => ({ "data-index": index, "aria-posinset": index + 1, "aria-setsize": count });
  return (
    <ul
      {...props}
      {...(whileOver ? still : { onPointerDown: still.onPointerDown })}
      ref={roving.ref}
      style={windowed ? { position: "relative", height: rows.getTotalSize() } : undefined}
      onKeyDown={onKeyDown}
      onFocus={(event) => {
        roving.onFocus(event);
        if (whileOver) still.onFocus(event);
        const item = shown[Number(event.target.closest<HTMLElement>("[data-index]")?.dataset["index"] ?? -1)];
        if (item !== undefined) setFocused(keyOf(item));
      }}
      onBlur={(event) => {
        if (whileOver) still.onBlur(event);
        if (wanted.current === null && !event.currentTarget.contains(event.relatedTarget)) setFocused(null);
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

/** Which rows are drawn: those in view, and `kept`, the row that has the keyboard (below 0: none),
 * however far it is scrolled away.
 */
export function rowsInView(kept: number): (range: Range) => number[] {
  return (range) => (kept < 0 ? defaultRangeExtractor(range) : [...new Set([...defaultRangeExtractor(range), kept])].sort((a, b) => a - b));
}

/** The row that a key leads to; null for a key that does not move between rows. */
export function indexAfter(key: string, index: number, count: number): number | null {
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: count - 1 }[key];
  return to === undefined ? null : Math.max(0, Math.min(count - 1, to));
}

/** The nearest element around that scrolls, or the page. */
function scrollerOf(element: HTMLElement): HTMLElement {
  for (let around = element.parentElement; around !== null; around = around.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(around).overflowY)) return around;
  }
  return element.ownerDocument.documentElement;
}
