/** Listens to the keys of the page. */
import { recentTraces } from "@dagnet-realtime/engine/select/traces";
import { useEffect } from "react";
import { deed, letGo } from "../keys.ts";
import { useRealtime } from "../use.ts";

export function useKeys(): void {
  const { actions, store, engine } = useRealtime();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const wanted = event.defaultPrevented ? null : deed(event);
      if (wanted === null) return;
      const { trace, kept, selected, way, pointed, overlay } = store.getState();
      switch (wanted) {
        case "pause":
          actions.pause();
          break;
        case "now":
          actions.jump();
          break;
        case "clear":
          actions.clear();
          break;
        case "filter":
          document.getElementById("filter")?.focus();
          break;
        case "follow": {
          const token = trace || recentTraces(engine.state, 1)[0]?.token;
          if (token) actions.tracing.toggle(token);
          break;
        }
        case "escape":
          if (overlay !== null) actions.overlay(overlay);
          else if (selected !== null || way !== null || pointed !== null) actions.select(null);
          else actions.tracing.unfollowAll();
          break;
        case "help":
        case "table":
          actions.overlay(wanted);
          break;
        case "theme":
          actions.keep({ theme: kept.theme === "dark" ? "light" : "dark" });
          break;
      }
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    document.addEventListener("click", letGo);
    return () => {
      document.removeEventListener("click", letGo);
      document.removeEventListener("keydown", press);
    };
  }, [actions, store, engine]);
}
