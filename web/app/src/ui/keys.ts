/** The keys of the page; none of them acts while somebody types. */

export type Deed = "pause" | "clear" | "filter" | "follow" | "escape" | "help" | "table" | "theme";

const DEEDS: Readonly<Record<string, Deed>> = { " ": "pause", c: "clear", "/": "filter", f: "follow", escape: "escape", "?": "help", t: "table", d: "theme" };

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly target: EventTarget | null;
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
