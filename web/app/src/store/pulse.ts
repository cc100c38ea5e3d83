/** When React may look: rows five times a second, numbers once; never because of an event. */
import type { LiveEngine } from "./live.ts";
import type { Store } from "./store.ts";

export const FIFTH_MS = 200;

/** Makes the function to call every `FIFTH_MS`: it ticks the engine once a second and lets the screen read what changed. */
export function pulse(store: Store, engine: LiveEngine): () => void {
  let seen = -1;
  let turn = 0;
  return () => {
    turn += 1;
    const { revision } = engine.state;
    if (revision !== seen) {
      seen = revision;
      store.setState({ fifth: turn });
    }
    if (turn % 5 !== 0) return;
    engine.put({ kind: "tick" });
    seen = engine.state.revision;
    store.setState({ second: turn });
  };
}
