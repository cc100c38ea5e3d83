/** Brings back what Clear took away, and adds to it what has come since. */
import { countBatch, countGap } from "./apply.ts";
import { countTap } from "./hear.ts";
import type { Kept } from "./kept.ts";
import { SILENT } from "./out.ts";
import { adopt } from "./seen.ts";
import { unlogged } from "./sessionlog.ts";
import type { State } from "./state.ts";
import { viewOf } from "./view.ts";

/** One step back: `before` is what Clear took away. */
export function undo(state: State, before: Kept): void {
  const since = state.kept;
  state.kept = before;
  state.undo = null;
  state.kept.view = viewOf(before.ring, state.filter);
  for (const entry of unlogged(since.log, since.ring, before.ring)) {
    if (entry.kind === "tap") countTap(state, entry.message, entry.at, SILENT);
    else if (entry.frame.op === "batch") countBatch(state, entry.frame, entry.at, SILENT);
    else if (entry.frame.op === "gap") countGap(state, entry.frame, entry.at);
  }
  adopt(before.seen, since.seen);
}
