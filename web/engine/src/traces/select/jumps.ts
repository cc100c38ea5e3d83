/** Jumps as ghost edges, with what they probably mean. */
import { advise, type Evidence } from "../advice.ts";
import { jumpKey } from "../counts.ts";
import { type Jump, pair } from "../jumps.ts";
import type { Traces } from "../types.ts";
import { exact, uuidOf } from "./rows.ts";
import { spread } from "./facts.ts";

/** A ghost edge between node uuids: how often, how many distinct traces, the median gap in milliseconds. `atLeast`: other jumps were let go, so it may be older. */
export interface JumpRow {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly traces: number;
  readonly exact: boolean;
  readonly atLeast: boolean;
  readonly medianGapMs: number;
  readonly p95GapMs: number;
  readonly lastAt: number;
  readonly advice: string;
  readonly evidence: Evidence;
}

/** At most `count` jumps, those of most traces first. Looks through the recent traces for evidence: milliseconds, not for every frame. */
export function jumps(traces: Traces, count = 50): readonly JumpRow[] {
  const ranked = [...traces.jumps.byId.values()]
    .map((jump) => ({ jump, cell: traces.counts.cells.get(jumpKey(traces.counts, jump.id)) }))
    .sort((a, b) => (b.cell?.traces ?? 0) - (a.cell?.traces ?? 0) || (b.cell?.count ?? 0) - (a.cell?.count ?? 0) || a.jump.from - b.jump.from || a.jump.to - b.jump.to)
    .slice(0, count);
  return rowsOf(traces, ranked.map(({ jump }) => jump));
}

/** The jump between two nodes (uuids); null where there is none. */
export function jump(traces: Traces, from: string, to: string): JumpRow | null {
  const known = traces.jumps.byPair.get(pair(traces.ways.index.get(from) ?? -1, traces.ways.index.get(to) ?? -1));
  return known === undefined ? null : rowsOf(traces, [known])[0] ?? null;
}

function rowsOf(traces: Traces, listed: readonly Jump[]): readonly JumpRow[] {
  const evidence = advise(traces, listed);
  return listed.flatMap((one) => {
    const known = evidence.get(one.id);
    const cell = traces.counts.cells.get(jumpKey(traces.counts, one.id));
    if (cell === undefined || known === undefined) return [];
    const gaps = spread(cell.gaps);
    return [{
      from: uuidOf(traces, one.from) ?? "", to: uuidOf(traces, one.to) ?? "", count: cell.count, traces: cell.traces, exact: exact(traces),
      atLeast: traces.jumps.evicted > 0, medianGapMs: gaps.medianMs ?? 0, p95GapMs: gaps.p95Ms ?? 0, lastAt: one.last, advice: known.text, evidence: known,
    }];
  });
}
