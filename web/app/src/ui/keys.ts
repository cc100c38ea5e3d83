/** The keys of the page; none of them acts while somebody types. */

export type Deed = "pause" | "now" | "clear" | "filter" | "follow" | "escape" | "help" | "table" | "theme";

const DEEDS: Readonly<Record<string, Deed>> = { " ": "pause", n: "now", c: "clear", "/": "filter", f: "follow", escape: "escape", "?": "help", t: "table", d: "theme" };

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly target: EventTarget | null;
}

/** A button that the pointer pressed gives the keyboard back to the page, so that Space pauses; one that opens something keeps it. */
export function letGo(event: Pick<MouseEvent, "detail" | "target">): void {
  const button = event.detail > 0 && event.target instanceof Element ? event.target.closest("button") : null;
  if (button && button === button.ownerDocument.activeElement && !button.closest("[role=menu],[role=tablist],dialog") && !button.hasAttribute("aria-haspopup")) button.blur();
}

const PRESSED = new Set(["BUTTON", "A", "SUMMARY"]);

/** What a key asks for, null where it belongs to the element it was pressed in. */
export function deed(event: Pressed): Deed | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const wanted = DEEDS[event.key.toLowerCase()] ?? null;
  const at = event.target as Partial<HTMLElement> | null;
  const tag = at?.tagName ?? "";
  if (tag === "INPUT" || tag === "SELECT" || tag === "TEXTAREA" || at?.isContentEditable) return null;
  // Space presses what the keyboard has focused; what was only clicked does not keep it.
  if (wanted === "pause" && at?.matches?.(":focus-visible") && (PRESSED.has(tag) || Boolean(at.closest?.(".react-flow__node")))) return null;
  if (at?.closest?.("[role=menu],dialog")) return null;
  return wanted;
}
