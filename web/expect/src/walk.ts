/** The walk of a trace, event by event, and the other walks that its doubtful order allows.
 *
 * Marks of one millisecond may have happened in any order. Up to four of them are tried in each,
 * and an expectation that one of the walks meets is met; more keep the order of the log. */
import { chooseTransition, type Cursor, type Move, type Trace, type Traces, type Visit } from "./engine.ts";

const TIED = 4;
/** Walks tried of one trace. */
const WALKS = 24;

/** What one visit did: `lit`, `from`, `head` and `also` are node indices, -1 for nowhere. */
export interface Stride {
  readonly visit: Visit;
  readonly move: Move;
  readonly from: number;
  readonly head: number;
  readonly also: readonly number[];
}

export interface Walks {
  readonly first: readonly Stride[];
  /** The walks of other orders of its ties; made when first asked for. */
  others(): readonly (readonly Stride[])[];
  /** Events that share their millisecond with another that lit another node. */
  readonly tied: number;
  /** More share one than are tried: the order of the log stands. */
  readonly doubtful: boolean;
}

export function walksOf(traces: Traces, trace: Trace): Walks {
  const first = trace.visits.map((visit): Stride => ({ visit, move: visit.move, from: visit.from, head: visit.after.head, also: visit.after.also }));
  const groups = ties(trace.visits);
  const doubtful = groups.some((group) => group.length > TIED) || groups.reduce((n, group) => n * factorial(group.length), 1) > WALKS;
  let made: readonly (readonly Stride[])[] | null = null;
  return {
    first, tied: groups.reduce((n, group) => n + group.length, 0), doubtful,
    others: () => (made ??= doubtful ? [] : orders(trace.visits, groups).map((visits) => derived(traces, trace.base, visits))),
  };
}

/** Indices of the visits of each millisecond in which several visits lit different nodes. */
function ties(visits: readonly Visit[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  for (let n = 0; n < visits.length;) {
    let end = n + 1;
    while (end < visits.length && visits[end]?.at === visits[n]?.at) end += 1;
    if (end - n > 1) {
      const lit = Array.from({ length: end - n }, (_, i) => n + i).filter((i) => (visits[i]?.lit.length ?? 0) > 0);
      if (new Set(lit.map((i) => visits[i]?.lit.join())).size > 1) groups.push(lit);
    }
    n = end;
  }
  return groups;
}

/** Every order of the visits within their groups but the one they are in. */
function orders(visits: readonly Visit[], groups: readonly (readonly number[])[]): readonly (readonly Visit[])[] {
  let all: Visit[][] = [[...visits]];
  for (const group of groups) {
    const wanted = permutations(group);
    all = all.flatMap((one) => wanted.map((places) => {
      const next = [...one];
      group.forEach((place, n) => { const visit = visits[places[n] ?? place]; if (visit !== undefined) next[place] = visit; });
      return next;
    }));
  }
  return all.slice(1);
}

/** The items in their order first. */
function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, n) => permutations([...items.slice(0, n), ...items.slice(n + 1)]).map((rest) => [item, ...rest]));
}

/** The walk of `visits` as the engine derives it. */
function derived(traces: Traces, base: Cursor, visits: readonly Visit[]): readonly Stride[] {
  let cursor = base;
  return visits.map((visit): Stride => {
    if (visit.lit.length === 0) return { visit, move: "unmapped", from: visit.from, head: cursor.head, also: cursor.also };
    const { move, from, to } = chooseTransition(traces.routeIndex, cursor, visit.lit);
    cursor = { head: to, also: visit.lit.length === 1 ? [] : visit.lit.filter((node) => node !== to), since: visit.at, moves: cursor.moves + 1 };
    return { visit, move, from, head: to, also: cursor.also };
  });
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(Math.min(n - 1, 20));
}
