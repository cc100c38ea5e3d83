/** Lists that stand still while a person reaches for a row: a click meets the row on which its
 * press began.
 */
import { type FocusEvent, type PointerEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** The longest time from the end of a press to its click, in milliseconds: a touch ends first. */
export const CLICK_MS = 350;

/** A pointer that has gone further than this from where it pressed means no click, in pixels. */
const SLIP = 8;
const PRESSABLE = "button, a[href], summary, label, .row-line";

/** Calls `begin` when a press begins, and `end` once its click has come, or none will. If what was
 * pressed has moved from under the pointer, the click is still its own. Returns the handler of
 * `pointerdown`.
 */
export function usePress(begin: () => void, end: () => void): (event: PointerEvent<HTMLElement>) => void {
  const calls = useRef({ begin, end });
  const stop = useRef<() => void>(() => undefined);
  useLayoutEffect(() => {
    calls.current = { begin, end };
  });
  useEffect(() => () => { stop.current(); }, []);
  return useCallback(({ target, clientX, clientY }) => {
    stop.current();
    const pressed = target instanceof Element ? target.closest<HTMLElement>(PRESSABLE) : null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = (): void => {
      stop.current();
      calls.current.end();
    };
    const lift = (): void => {
      clearTimeout(timer);
      timer = setTimeout(over, CLICK_MS);
    };
    const click = (event: MouseEvent): void => {
      window.removeEventListener("click", click, true);
      clearTimeout(timer);
      timer = setTimeout(over, 0);
      const slipped = Math.hypot(event.clientX - clientX, event.clientY - clientY) > SLIP;
      if (slipped || !pressed?.isConnected || !(event.target instanceof Node) || pressed.contains(event.target)) return;
      event.preventDefault();
      event.stopPropagation();
      pressed.click();
    };
    window.addEventListener("pointerup", lift);
    window.addEventListener("pointercancel", lift);
    window.addEventListener("click", click, true);
    stop.current = () => {
      clearTimeout(timer);
      window.removeEventListener("pointerup", lift);
      window.removeEventListener("pointercancel", lift);
      window.removeEventListener("click", click, true);
    };
    calls.current.begin();
  }, []);
}

type Reason = "pointer" | "press" | "focus";

/** The items that a list keeps, and why. */
interface Kept<T> {
  readonly items: readonly T[];
  readonly reasons: ReadonlySet<Reason>;
}

/** What a list's element is given so that its order can stand still. */
export interface StillHandlers {
  readonly onPointerEnter: () => void;
  readonly onPointerLeave: () => void;
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onFocus: (event: FocusEvent<HTMLElement>) => void;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
}

/** Items in the order that they were drawn in when a pointer, a press or the keyboard's focus came
 * to their list, until it has gone. What they say is always new; an item that has left stays.
 */
export function useStillOrder<T>(items: readonly T[], keyOf: (item: T) => string): { readonly shown: readonly T[]; readonly still: StillHandlers } {
  const [kept, setKept] = useState<Kept<T> | null>(null);
  // A list that was emptied has nothing to reach for.
  const held = items.length === 0 ? null : kept;
  if (kept !== held) setKept(held);
  const fresh = new Map(items.map((item) => [keyOf(item), item]));
  const shown = held === null ? items : held.items.map((item) => fresh.get(keyOf(item)) ?? item);
  const drawn = useRef(shown);
  useLayoutEffect(() => {
    drawn.current = shown;
  });
  const hold = (reason: Reason): void => {
    const { current } = drawn;
    setKept((before) => ({ items: before?.items ?? current, reasons: new Set([...(before?.reasons ?? []), reason]) }));
  };
  const release = (reason: Reason): void => {
    setKept((before) => {
      const reasons = new Set([...(before?.reasons ?? [])].filter((one) => one !== reason));
      return before === null || reasons.size === 0 ? null : { ...before, reasons };
    });
  };
  const onPointerDown = usePress(() => { hold("press"); }, () => { release("press"); });
  return {
    shown,
    still: {
      onPointerEnter: () => { hold("pointer"); },
      onPointerLeave: () => { release("pointer"); },
      onPointerDown,
      onFocus: (event) => {
        if (event.target.matches(":focus-visible")) hold("focus");
      },
      onBlur: (event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) release("focus");
      },
    },
  };
}
