/** How the page's components reach its store, its actions and its controllers. */
import type { EngineHost } from "@dagnet-realtime/client/engineHost";
import type { ShopFrameChannel } from "@dagnet-realtime/client/transport/tap/channels";
import { useStoreValue } from "@dagnet-realtime/react/hooks";
import type { PictureControls } from "@dagnet-realtime/react/picture/types";
import { createContext, useCallback, useContext, useSyncExternalStore } from "react";
import type { OfflineController } from "./offline/controller.ts";
import type { Actions } from "./store/actions.ts";
import type { AppContext } from "./store/appContext.ts";
import type { SessionController } from "./store/sessionController.ts";
import type { TapController } from "./store/tapController.ts";
import type { Store, UiState } from "./store/uiState.ts";

export interface App {
  readonly store: Store;
  readonly engine: EngineHost;
  readonly actions: Actions;
  readonly session: SessionController;
  readonly context: AppContext;
  /** Receives the reports of this browser's own pages. */
  readonly tap?: TapController | null;
  /** From disk: the channel to the shop's frame. */
  readonly shopChannel?: ShopFrameChannel | null;
  /** What the picture can be asked, while it is shown. */
  readonly picture?: { current: PictureControls | null };
  /** Opens files; null if a server says what there is to watch. */
  readonly offline?: OfflineController | null;
}

export const PageContext = createContext<App | null>(null);

export function useApp(): App {
  const found = useContext(PageContext);
  if (!found) throw new Error("a component stands outside of the page");
  return found;
}

export function useUi<T>(read: (ui: UiState) => T): T {
  return useStoreValue(useApp().store, read);
}

export function useActions(): Actions {
  return useApp().actions;
}

/** Whether a media query holds, now and from now on. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback((changed: () => void) => {
    const list = window.matchMedia(query);
    list.addEventListener("change", changed);
    return () => {
      list.removeEventListener("change", changed);
    };
  }, [query]);
  return useSyncExternalStore(subscribe, () => window.matchMedia(query).matches);
}

/** Below 900 px, one column: in em, so that a larger text of the browser's own counts as well. The
 * style sheets say the same.
 */
export function useNarrow(): boolean {
  return useMedia("(max-width: 56.24em)");
}
