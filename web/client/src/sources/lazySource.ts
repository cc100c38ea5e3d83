/** A source whose code is loaded when it is first turned on. */
import type { LaneName } from "@dagnet-realtime/engine/actions";
import { made, type Source } from "../source.ts";

export function lazySource(lane: LaneName, load: () => Promise<Source>): Source {
  let loaded: Source | null = null;
  const missing = (): Promise<never> => Promise.reject(new Error("There is no session."));
  return {
    lane,
    get matches() {
      return loaded?.matches === true;
    },
    open: async (graph) => {
      loaded ??= await load().catch((error: unknown) => {
        // A module that is missing; what is wrong with the options has a message for people.
        throw error instanceof TypeError ? new Error(`A part of this page could not be loaded: ${error.message}. Turn Realtime on again.`) : error;
      });
      return loaded.open?.(graph) ?? made(loaded);
    },
    connect: (start, context) => loaded?.connect(start, context) ?? null,
    another: (graph) => loaded?.another?.(graph) ?? null,
    close: async (session) => { await loaded?.close?.(session); },
    graph: () => loaded?.graph?.() ?? missing(),
    follows: async (session, tokens) => { await loaded?.follows?.(session, tokens); },
    filter: async (session, text) => { await loaded?.filter?.(session, text); },
  };
}
