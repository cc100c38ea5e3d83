/** How components reach the store, the engine and the actions. */
import type { State } from "@dagnet-realtime/engine/state";
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { ShopFrameRoad } from "../lanes/local/frame.ts";
import type { Opening } from "../opened/opening.ts";
import type { Actions } from "../store/actions.ts";
import type { LiveEngine } from "../store/live.ts";
import type { Local } from "../store/local.ts";
import type { Shell, Store } from "../store/store.ts";
import type { Parts, Watch } from "../store/watch.ts";

export interface Realtime {
  readonly store: Store;
  readonly engine: LiveEngine;
  readonly actions: Actions;
  readonly watch: Watch;
  readonly parts: Parts;
  /** Hears this browser's own pages. */
  readonly local?: Local | null;
  /** From disk: hears the frame of the shop. */
  readonly frame?: ShopFrameRoad | null;
  /** Opens files; null where a server says what there is to watch. */
  readonly opening?: Opening | null;
}

export const RealtimeContext = createContext<Realtime | null>(null);

export function useRealtime(): Realtime {
  const found = useContext(RealtimeContext);
  if (!found) throw new Error("a component stands outside of the page");
  return found;
}

export function useShell<T>(read: (shell: Shell) => T): T {
  return useStore(useRealtime().store, read);
}

export function useActions(): Actions {
  return useRealtime().actions;
}

/** Reads the engine anew once a second, or up to five times a second. */
export function useEngine<T>(pace: "second" | "fifth", read: (state: State, now: number) => T): T {
  const { engine, store } = useRealtime();
  useStore(store, (shell) => shell[pace]);
  return read(engine.state, engine.now());
}
