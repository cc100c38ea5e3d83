/** One tab stop for a list or a graph: arrows move within it, and Tab leaves it. */
import { type FocusEvent, type KeyboardEvent, type RefObject, useCallback, useLayoutEffect, useRef } from "react";

/** What can be pressed in a row. */
export const PRESSABLE = "button, a[href], summary, input";

/** Makes one of all items the stop, the first if `chosen` is gone; returns it. */
function setStop(items: readonly HTMLElement[], chosen: Element | null): HTMLElement | null {
  const stop = items.find((item) => item === chosen) ?? items[0] ?? null;
  for (const item of items) {
    const index = item === stop ? 0 : -1;
    if (item.tabIndex !== index) item.tabIndex = index;
  }
  return stop;
}

/** Where an arrow leads: up and down to the same place of another row, left and right in one. */
export function roveTo(rows: readonly (readonly HTMLElement[])[], from: Element, key: string): HTMLElement | null {
  const at = rows.findIndex((row) => row.includes(from as HTMLElement));
  const row = rows[at];
  if (!row) return null;
  const column = row.indexOf(from as HTMLElement);
  const inRow = (other: readonly HTMLElement[] | undefined) => other?.[Math.min(column, other.length - 1)] ?? null;
  switch (key) {
    case "ArrowDown": return inRow(rows[at + 1]);
    case "ArrowUp": return inRow(rows[at - 1]);
    case "ArrowRight": return row[column + 1] ?? null;
    case "ArrowLeft": return row[column - 1] ?? null;
    case "Home": return inRow(rows[0]);
    case "End": return inRow(rows.at(-1));
    default: return null;
  }
}

export interface Roving<E extends HTMLElement> {
  readonly ref: RefObject<E | null>;
  readonly onFocus: (event: FocusEvent<E>) => void;
  readonly onKeyDown?: (event: KeyboardEvent<E>) => void;
}

/** The properties of a container whose items are one stop together. `item` selects the items;
 * without it they are what can be pressed in each `li`, and arrows move between them.
 */
export function useRoving<E extends HTMLElement>(item?: string): Roving<E> {
  const ref = useRef<E | null>(null);
  const stop = useRef<Element | null>(null);
  const choose = useCallback((chosen: Element | null) => {
    const items = [...(ref.current?.querySelectorAll<HTMLElement>(item ?? PRESSABLE) ?? [])];
    if (chosen === null || items.includes(chosen as HTMLElement)) stop.current = setStop(items, chosen ?? stop.current);
  }, [item]);
  useLayoutEffect(() => {
    if (ref.current === null) return undefined;
    choose(null);
    const observer = new MutationObserver((changes) => {
      // Texts change many times a second; items come and go seldom.
      if (changes.some(({ addedNodes, removedNodes }) => [...addedNodes, ...removedNodes].some((node) => node instanceof Element))) choose(null);
    });
    observer.observe(ref.current, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
    };
  }, [choose]);
  const onFocus = useCallback((event: FocusEvent<E>) => { choose(event.target); }, [choose]);
  const onKeyDown = useCallback((event: KeyboardEvent<E>) => {
    if (event.altKey || event.ctrlKey || event.metaKey || (event.target instanceof HTMLInputElement && event.target.type !== "checkbox")) return;
    const rows = [...(ref.current?.querySelectorAll("li") ?? [])].map((row) => [...row.querySelectorAll<HTMLElement>(PRESSABLE)]).filter((row) => row.length > 0);
    const next = roveTo(rows, event.target as Element, event.key);
    if (next === null) return;
    event.preventDefault();
    next.focus();
  }, []);
  return item === undefined ? { ref, onFocus, onKeyDown } : { ref, onFocus };
}
