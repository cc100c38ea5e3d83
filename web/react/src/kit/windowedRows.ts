/** Of a long list or table, only the rows in view are drawn; the row that has the keyboard stays
 * drawn however far it is scrolled away, and keys lead to rows that are not drawn yet.
 */
import { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type FocusEvent, type KeyboardEvent, type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import { PRESSABLE, useRoving } from "./roving.ts";

interface WindowedRowsOptions<T> {
  readonly items: readonly T[];
  readonly keyOf: (item: T) => string;
  readonly scroller: () => HTMLElement | null;
  /** The height of a row that has not been drawn yet, in pixels. */
  readonly about: number;
  /** Not more rows than so many are all drawn. */
  readonly whole: number;
  /** Rows drawn beyond each edge: a key finds the next one. */
  readonly spare: number;
  /** Pixels of what scrolls above the first row. */
  readonly above?: number;
  /** What takes the keyboard in a row, as for `useRoving`. */
  readonly stop?: string;
}

export interface WindowedRows<L extends HTMLElement, R extends HTMLElement> {
  /** The container of the rows, each of which has its index as `data-index`. */
  readonly ref: RefObject<L | null>;
  readonly windowed: boolean;
  readonly rows: Virtualizer<HTMLElement, R>;
  readonly onKeyDown: (event: KeyboardEvent<L>) => void;
  readonly onFocus: (event: FocusEvent<L>) => void;
  readonly onBlur: (event: FocusEvent<L>) => void;
}

export function useWindowedRows<T, L extends HTMLElement, R extends HTMLElement>({ items, keyOf, scroller, about, whole, spare, above = 0, stop }: WindowedRowsOptions<T>): WindowedRows<L, R> {
  const { ref, onFocus: rove, onKeyDown: roveByKey } = useRoving<L>(stop);
  const stops = stop ?? PRESSABLE;
  const [focused, setFocused] = useState<string | null>(null);
  const wanted = useRef<{ readonly index: number; readonly column: number } | null>(null);
  const count = items.length;
  const windowed = count > whole;
  const kept = focused === null || !windowed ? -1 : items.findIndex((item) => keyOf(item) === focused);
  const rows = useVirtualizer<HTMLElement, R>({
    count,
    enabled: windowed,
    useFlushSync: false,
    getScrollElement: scroller,
    estimateSize: () => about,
    getItemKey: (index) => { const item = items[index]; return item === undefined ? index : keyOf(item); },
    overscan: spare,
    scrollMargin: above,
    rangeExtractor: rowsInView(kept),
  });
  // A row that a key leads to may come with the next drawing.
  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const { index, column } = wanted.current;
    const found = [...(ref.current?.querySelector(`[data-index="${index}"]`)?.querySelectorAll<HTMLElement>(stops) ?? [])];
    if (found.length === 0) return;
    wanted.current = null;
    found[Math.min(column, found.length - 1)]?.focus({ preventScroll: windowed });
  });
  const onKeyDown = useCallback((event: KeyboardEvent<L>) => {
    const row = rowOf(event.target);
    // A short list moves by itself, if its container does.
    const moves = windowed || roveByKey === undefined;
    const to = row === null || !moves || event.altKey || event.ctrlKey || event.metaKey ? null : indexAfter(event.key, indexOf(row), count);
    if (row === null || to === null) {
      roveByKey?.(event);
      return;
    }
    event.preventDefault();
    wanted.current = { index: to, column: [...row.querySelectorAll(stops)].indexOf(event.target as Element) };
    if (windowed) rows.scrollToIndex(to);
    // Drawn already or not: the next drawing gives it the keyboard.
    const item = items[to];
    setFocused(item === undefined ? null : keyOf(item));
  }, [windowed, count, items, keyOf, rows, roveByKey, stops]);
  const onFocus = (event: FocusEvent<L>): void => {
    rove(event);
    const row = rowOf(event.target);
    const item = row === null ? undefined : items[indexOf(row)];
    if (item !== undefined) setFocused(keyOf(item));
  };
  const onBlur = (event: FocusEvent<L>): void => {
    if (wanted.current === null && !event.currentTarget.contains(event.relatedTarget)) setFocused(null);
  };
  return { ref, windowed, rows, onKeyDown, onFocus, onBlur };
}

const rowOf = (target: EventTarget): HTMLElement | null => (target instanceof Element ? target.closest<HTMLElement>("[data-index]") : null);
const indexOf = (row: HTMLElement): number => Number(row.dataset["index"]);

/** Which rows are drawn: those in view, and `kept`, the row that has the keyboard (below 0: none),
 * however far it is scrolled away.
 */
function rowsInView(kept: number): (range: Range) => number[] {
  return (range) => (kept < 0 ? defaultRangeExtractor(range) : [...new Set([...defaultRangeExtractor(range), kept])].sort((a, b) => a - b));
}

/** The row that a key leads to; null for a key that does not move between rows. */
function indexAfter(key: string, index: number, count: number): number | null {
  const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: count - 1 }[key];
  return to === undefined ? null : Math.max(0, Math.min(count - 1, to));
}
