/** The interface's timer: rows at most five times a second, numbers once; not by event. */
import type { EngineHost } from "@dagnet-realtime/client/engineHost";
import type { Store } from "./uiState.ts";

export const ROW_REFRESH_MS = 200;

/** Makes the function to call every `FIFTH_MS`: it ticks the engine once a second and lets the
 * screen read what changed.
 */
export function createUiRefresh(store: Store, engine: EngineHost): () => void {
  let seen = -1;
  let turn = 0;
  return () => {
    turn += 1;
    const { revision } = engine.state;
    if (revision !== seen) {
      seen = revision;
      store.setState({ rowsTick: turn });
    }
    if (turn % 5 !== 0) return;
    engine.dispatch({ kind: "tick" });
    seen = engine.state.revision;
    store.setState({ numbersTick: turn });
  };
}
