/** Joins as the panel shows them, the latest first. */
import type { Token } from "../../wire.gen.ts";
import type { Join, Traces } from "../types.ts";
import { tokenOf } from "./rows.ts";

/** `at` is when the event occurred (milliseconds); `learnt`: `b` was not known before, so no two traces were joined. */
export interface JoinRow {
  readonly id: number;
  readonly at: number;
  readonly event: string;
  readonly why: Join["why"];
  readonly learnt: boolean;
  readonly a: Token;
  readonly b: Token;
  readonly undone: boolean;
}

/** At most `count` joins; with a token only those of its trace. */
export function joins(traces: Traces, count: number, token: string | null = null): readonly JoinRow[] {
  const trace = token === null ? null : traces.tokens.get(token)?.trace;
  const rows: JoinRow[] = [];
  for (const join of [...traces.joins.values()].reverse()) {
    if (rows.length >= count) break;
    if (trace !== null && join.a.trace !== trace && join.b.trace !== trace) continue;
    const { id, at, event, why, learnt, undone } = join;
    rows.push({ id, at, event, why, learnt, a: tokenOf(join.a), b: tokenOf(join.b), undone });
  }
  return rows;
}
