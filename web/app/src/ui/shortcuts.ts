/** Keyboard shortcuts of the page; none of them acts while text is typed. */
import { useApp } from "../hooks.ts";
import { recentTraces } from "@dagnet-realtime/engine/select/traces";
import { useEffect } from "react";
import type { ReplayControls } from "../store/uiState.ts";

export type Shortcut = "pause" | "now" | "clear" | "filter" | "follow" | "escape" | "help" | "table" | "theme" | "undo" | "search";

const SHORTCUTS: Readonly<Record<string, Shortcut>> = { " ": "pause", n: "now", c: "clear", "/": "filter", f: "follow", escape: "escape", "?": "help", t: "table", d: "theme" };

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey?: boolean;
  readonly target: EventTarget | null;
}

/** Ctrl or ⌘ with K, and nothing else. */
export function isSearchKey({ key, ctrlKey, metaKey, altKey, shiftKey }: Omit<Pressed, "target">): boolean {
  return key.toLowerCase() === "k" && ctrlKey !== metaKey && !altKey && shiftKey !== true;
}

/** Seconds that an arrow moves a replay by, alone and with Shift. */
const STEP_S = 5;
const LEAP_S = 30;

/** What a key does to a log that plays, as in any player; null if it does nothing. */
export function playerKey({ key, shiftKey }: { readonly key: string; readonly shiftKey: boolean }): ((replay: ReplayControls) => void) | null {
  const by = (sign: number) => (replay: ReplayControls): void => {
    replay.seek(replay.player.at + sign * (shiftKey ? LEAP_S : STEP_S) * 1000);
  };
  switch (key) {
    case " ": return (replay) => { replay.togglePlaying(); };
    case "ArrowLeft": return by(-1);
    case "ArrowRight": return by(1);
    case "Home": return (replay) => { replay.seek(replay.player.from); };
    case "End": return (replay) => { replay.seek(replay.player.to); };
    default: return null;
  }
}

/** Whether a key was pressed where arrows and Home mean something else: lists, tabs, cards,
 * fields.
 */
const ARROWS_MEAN = "input,select,textarea,[role=menu],[role=tablist],[role=table],[role=separator],dialog,.react-flow__node,[contenteditable]";

/** A button that the pointer pressed gives the keyboard back to the page, so that Space pauses; one
 * that opens something keeps it.
 */
export function blurAfterClick(event: Pick<MouseEvent, "detail" | "target">): void {
  const button = event.detail > 0 && event.target instanceof Element ? event.target.closest("button") : null;
  if (button && button === button.ownerDocument.activeElement && !button.closest("[role=menu],[role=tablist],dialog") && !button.hasAttribute("aria-haspopup")) button.blur();
}

const PRESSABLE = new Set(["BUTTON", "A", "SUMMARY"]);

/** The shortcut of a key; null if the key belongs to the element it was pressed in. */
export function shortcutFor(event: Pressed): Shortcut | null {
  const key = event.key.toLowerCase();
  const command = event.ctrlKey !== event.metaKey;
  const at = event.target as Partial<HTMLElement> | null;
  const tag = at?.tagName ?? "";
  // It types nothing, so that it leads on from a field as well.
  if (isSearchKey(event)) return at?.closest?.("dialog") ? null : "search";
  if (event.altKey || ((event.ctrlKey || event.metaKey) && (!command || key !== "z" || event.shiftKey === true))) return null;
  const wanted = command ? "undo" : (SHORTCUTS[key] ?? null);
  if (tag === "INPUT" || tag === "SELECT" || tag === "TEXTAREA" || at?.isContentEditable) return null;
  // Space presses what the keyboard has focused; what was only clicked does not keep it.
  if (wanted === "pause" && at?.matches?.(":focus-visible") && (PRESSABLE.has(tag) || Boolean(at.closest?.(".react-flow__node")))) return null;
  if (at?.closest?.("[role=menu],dialog")) return null;
  return wanted;
}

export function useKeys(): void {
  const { actions, store, engine } = useApp();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const { replay } = store.getState();
      const plays = replay !== null && event.key !== " " && !event.defaultPrevented && !(event.ctrlKey || event.metaKey || event.altKey) && !(event.target instanceof Element && event.target.closest(ARROWS_MEAN) !== null);
      const play = plays ? playerKey(event) : null;
      if (replay !== null && play !== null) {
        event.preventDefault();
        play(replay);
        return;
      }
      const wanted = event.defaultPrevented ? null : shortcutFor(event);
      if (wanted === null) return;
      const { trace, preferences: kept, selected, selectedEdge: way, highlight: pointed, overlay } = store.getState();
      if (overlay === "search" && wanted !== "search" && wanted !== "escape") {
        // Typed before the search has opened: no letter of a name may clear or pause.
        event.preventDefault();
        return;
      }
      switch (wanted) {
        case "pause":
          actions.pause();
          break;
        case "now":
          actions.jumpToNow();
          break;
        case "clear":
          actions.clear();
          break;
        case "filter":
          document.getElementById("filter")?.focus();
          break;
        case "follow": {
          const token = trace || recentTraces(engine.state, 1)[0]?.token;
          if (token) actions.follow.toggle(token);
          break;
        }
        case "escape":
          if (overlay !== null) actions.overlay(overlay);
          else if (selected !== null || way !== null || pointed !== null) actions.select(null);
          else actions.follow.unfollowAll();
          break;
        case "undo":
          if (!actions.undoMapping()) return;
          break;
        case "help":
        case "table":
        case "search":
          actions.overlay(wanted);
          break;
        case "theme":
          actions.setPreferences({ theme: kept.theme === "dark" ? "light" : "dark" });
          break;
      }
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    document.addEventListener("click", blurAfterClick);
    return () => {
      document.removeEventListener("click", blurAfterClick);
      document.removeEventListener("keydown", press);
    };
  }, [actions, store, engine]);
}
