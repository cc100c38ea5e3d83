/** What two states must agree in to be the same: everything that can be shown, nothing of how it came about. */
import { createHash, digest, mix } from "./hash.ts";
import type { Kept } from "./kept.ts";
import { rows } from "./ring.ts";
import type { State } from "./state.ts";
import { fingerprint as tracesPrint } from "./traces/fingerprint.ts";

/** 16 hexadecimal digits: equal for equal states. */
export function fingerprint(state: State): string {
  const hash = createHash();
  const { lanes, session, position, needs, sampling, threshold, doors, clock, held, filter, binds, follows } = state;
  mix(hash, { lanes, session, position, needs, sampling, threshold, doors, clock, held, filter, binds, follows, graph: state.graph?.version ?? "" });
  mix(hash, contents(state.kept));
  mix(hash, state.undo === null ? null : contents(state.undo));
  return digest(hash);
}

function contents(kept: Kept): unknown {
  const { since, total, mapped, nodes, unmapped, sums, missed, duplicates, sparkline } = kept;
  return {
    since, total, mapped, nodes, unmapped, sums, missed, duplicates, sparkline, rows: [...rows(kept.ring)], shown: kept.view.rows.slice(kept.view.from),
    filtered: kept.view.filtered, traces: kept.traces === null ? null : tracesPrint(kept.traces),
  };
}
