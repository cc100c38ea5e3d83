/** What the screen tells people: one standing notice, and toasts that leave by themselves. */
import { Refusal } from "../lanes/http.ts";
import type { Notice, Store, Toast } from "./store.ts";

/** Long enough to read two lines and reach for Undo. */
export const TOAST_MS = 8_000;
const TOASTS = 3;

/** A refusal in three parts; `meaning` is what it means here. */
export function told(error: unknown, meaning: string): Notice {
  if (error instanceof Refusal) return { what: [error.title, error.detail].filter(Boolean).join(" "), meaning, remedy: error.remedy || "Try again.", bad: true };
  return { what: error instanceof Error ? error.message : "Something went wrong in this page.", meaning, remedy: "Reload the page; what was collected is kept.", bad: true };
}

let last = 0;

/** Shows a toast for `TOAST_MS`; the oldest makes room. */
export function toast(store: Store, notice: Notice, wait: (run: () => void, ms: number) => unknown = setTimeout): void {
  last += 1;
  const shown: Toast = { ...notice, id: last };
  store.setState(({ toasts }) => ({ toasts: [...toasts, shown].slice(-TOASTS) }));
  wait(() => {
    dismiss(store, shown.id);
  }, TOAST_MS);
}

export function dismiss(store: Store, id: number): void {
  store.setState(({ toasts }) => ({ toasts: toasts.filter((one) => one.id !== id) }));
}
