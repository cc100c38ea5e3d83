/** Notices and toasts: errors as what happened, what it means and what to do. */
import { ApiError, sentences } from "@dagnet-realtime/client/http";
import type { Notice, Store, Toast } from "./uiState.ts";

/** Long enough to read two lines and reach for Undo. */
export const TOAST_MS = 8_000;
const TOASTS = 3;

/** Segment's names stand in event definitions, which a link leaves out. */
export const LINK_WITHOUT_DEFINITIONS = "A share link carries no event definitions: every node listens for its bare event id.";

/** A refusal in three parts; `meaning` is what it means here. */
export function toNotice(error: unknown, meaning: string): Notice {
  if (error instanceof ApiError) return { what: sentences(error.title, error.detail), meaning, remedy: sentences(error.remedy || "Try again."), bad: true };
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

/** Shows the server's notes about a view as they come, all of a moment in one toast, and says that
 * they no longer hold once the last is gone.
 */
export function announceNotes(store: Store, before: readonly string[], now: readonly string[]): void {
  const fresh = now.filter((note) => !before.includes(note));
  if (before.some((note) => !now.includes(note))) store.setState(({ toasts }) => ({ toasts: toasts.filter(({ what }) => what !== NOTED) }));
  if (fresh.length > 0) toast(store, { what: NOTED, meaning: fresh.join(" "), remedy: "", bad: true });
  else if (before.length > 0 && now.length === 0) toast(store, { what: "All is well with this view again.", meaning: "What was noted about it no longer holds.", remedy: "", bad: false });
}

const NOTED = "A note about this view.";

export function dismiss(store: Store, id: number): void {
  store.setState(({ toasts }) => ({ toasts: toasts.filter((one) => one.id !== id) }));
}
