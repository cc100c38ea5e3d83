/** Drops everything that carries a token: a person asked to be deleted. Counts stay, for they are nobody's. */
import { forgetHeld } from "./held.ts";
import type { Kept } from "./kept.ts";
import { forget, rows } from "./ring.ts";
import type { State } from "./state.ts";
import { forget as forgetTraces } from "./traces/evict.ts";
import { viewOf } from "./view.ts";

/** Forgets tokens in what is kept, what Clear set aside and what is held. */
export function forgetTokens(state: State, tokens: readonly string[]): void {
  const gone = new Set(tokens);
  forgetHeld(state.held, gone);
  for (const kept of [state.kept, state.undo]) if (kept !== null) forgetKept(kept, gone);
  state.kept.view = viewOf(state.kept.ring, state.filter);
  state.follows = state.follows.filter((token) => !gone.has(token));
}

function forgetKept(kept: Kept, gone: ReadonlySet<string>): void {
  for (const row of rows(kept.ring)) if (row.traces.some((trace) => gone.has(trace.token))) forget(kept.ring, row.row);
  if (kept.traces !== null) forgetTraces(kept.traces, [...gone]);
}
