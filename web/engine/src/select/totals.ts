/** Figures of a node and of the whole view, the ledger, and the guarantees. */
import { displayed, glowOf, heatAt, LEAST_RATE, levelOf, steadyRate, topRate, windowBuckets, windowRate } from "../activity.ts";
import { balances, countersBalance as doorSums, type FrameSums, type MissedEvents } from "../ledger.ts";
import { isIgnored } from "../ignoredNames.ts";
import { IDENTITY_TYPES } from "../matching.ts";
import { shownAt } from "../pauseBuffer.ts";
import type { State } from "../state.ts";
import { ALL_TESTS, testCount } from "../testEvents.ts";
import { isIdentityCounter } from "../unmapped.ts";
import type { IngestCounters, Guarantees } from "../wire.gen.ts";

// Activity of a node, and the totals of the view.

/** One node's light. `rate` is printed (10 s sliding), `heat` the short decaying average, `level`
 * (on the scale of this graph and moment) and `glow` 0 to 1. Under a filter all of it is of the
 * carried events that pass: `of` is how many it was asked about, and `all` the node's count without
 * it. Test events are in `tests` alone.
 */
export interface NodeLight {
  readonly count: number;
  readonly rate: number;
  readonly heat: number;
  readonly level: number;
  readonly glow: number;
  readonly lastAt: number | null;
  readonly of: number | null;
  readonly all: number;
  readonly tests: number;
  readonly testAt: number | null;
}

/** Counts and rate of the whole session. */
export interface TotalsOfState {
  /** Events since On (since Clear), each once, mapped or not. */
  readonly count: number;
  readonly rate: number;
  /** Events in each of the last 60 seconds, oldest first. */
  readonly sparkline: readonly number[];
  /** `count = mapped + unmapped + identity + ignored`; `identity` counts messages that identify a
   * person, which can light no node, `ignored` the names that the viewer ignores.
   */
  readonly mapped: number;
  readonly unmapped: number;
  readonly identity: number;
  readonly ignored: number;
  /** Of those that could light a node, 0 to 1; null before the first. */
  readonly mappedShare: number | null;
  /** "+n" while paused. */
  readonly pending: number;
  /** The carried events that pass the filter, of those it was asked about; null without a
   * filter.
   */
  readonly filtered: { readonly count: number; readonly of: number; readonly rate: number } | null;
  /** Test events, which are in no other figure. */
  readonly tests: number;
}

/** The light of a node at `at` by the viewer's clock; frozen while paused. Under a filter it is
 * that of the carried events that pass.
 */
export function nodeLight(state: State, uuid: string, at: number): NodeLight {
  const { view: { filtered }, nodes, tests: counted, since } = state.accumulation;
  const whole = nodes.get(uuid);
  const light = (filtered?.nodes ?? nodes).get(uuid);
  const tests = counted.get(uuid);
  const apart = {
    of: filtered === null ? null : filtered.asked.nodes.get(uuid) ?? 0, all: whole === undefined ? 0 : displayed(whole), tests: tests?.count ?? 0, testAt: tests?.lastAt ?? null,
  };
  if (light === undefined) return { count: 0, rate: 0, heat: 0, level: 0, glow: 0, lastAt: null, ...apart };
  const now = shownAt(state.clock, at);
  const heat = heatAt(light, now);
  const level = levelOf(steadyRate(light, now), topRate((filtered ?? state.accumulation).scale, now));
  return {
    count: displayed(light), rate: windowRate(light.window, now, since), heat, level,
    glow: glowOf(level, light.lastAt === null ? null : now - light.lastAt), lastAt: light.lastAt, ...apart,
  };
}

/** The ends of the scale that levels stand on, events a second. */
export interface RateScale {
  readonly least: number;
  readonly top: number;
}

/** The scale at `at`; frozen while paused. */
export function rateScale({ clock, accumulation }: State, at: number): RateScale {
  return { least: LEAST_RATE, top: topRate((accumulation.view.filtered ?? accumulation).scale, shownAt(clock, at)) };
}

/** The figures of the strip at `at`. */
export function totals(state: State, at: number): TotalsOfState {
  const { accumulation } = state;
  const now = shownAt(state.clock, at);
  const count = displayed(accumulation.total);
  const mapped = Math.min(count, displayed(accumulation.mapped));
  const nameless = [...IDENTITY_TYPES].reduce((sum, kind) => {
    const entry = accumulation.unmapped.names.get(kind);
    return entry !== undefined && isIdentityCounter(accumulation.events, entry) ? sum + displayed(entry) : sum;
  }, 0);
  const who = Math.min(count - mapped, nameless);
  const hidden = state.ignored.length === 0 ? 0 : [...accumulation.unmapped.names.values()].reduce((sum, entry) => (isIgnored(entry.name, state.ignored) && !isIdentityCounter(accumulation.events, entry) ? sum + displayed(entry) : sum), 0);
  const ignored = Math.min(count - mapped - who, hidden);
  const { filtered } = accumulation.view;
  return {
    count, rate: windowRate(accumulation.total.window, now, accumulation.since), sparkline: windowBuckets(accumulation.sparkline, now), mapped, unmapped: count - mapped - who - ignored, identity: who, ignored,
    mappedShare: count === who + ignored ? null : mapped / (count - who - ignored), pending: state.pauseBuffer.pending,
    filtered: filtered === null ? null : { count: displayed(filtered.total), of: filtered.asked.total, rate: windowRate(filtered.total.window, now, accumulation.since) },
    tests: testCount(accumulation.tests, ALL_TESTS),
  };
}

// The ledger, and the guarantees of the view.

/** What became of every event, by lane and by source. */
export interface LedgerOfState {
  /** Since On (since Clear), remote lane. */
  readonly view: FrameSums;
  readonly balances: boolean;
  readonly missed: MissedEvents;
  /** Per source, since On. */
  readonly doors: readonly { readonly source: string; readonly door: IngestCounters; readonly balances: boolean }[];
  /** Local lane: messages of the tap, and those without a remote twin so far. */
  readonly localEvents: number;
  readonly pendingLocal: number;
  /** Carried events that had come before on the same lane; frames that were repeats or did not fit.
   */
  readonly duplicates: number;
  readonly repeats: number;
  readonly misfits: number;
}

/** Both ledgers as they stand. */
export function ledger(state: State): LedgerOfState {
  const { accumulation } = state;
  const doors = [...state.ingestCounters].map(([source, { since }]) => ({ source, door: since, balances: doorSums(since) }));
  return {
    view: accumulation.frameSums, balances: balances(accumulation.frameSums), missed: accumulation.missed, doors, localEvents: accumulation.total.local, pendingLocal: accumulation.total.pendingLocal,
    duplicates: accumulation.duplicates, repeats: state.repeats, misfits: state.misfits,
  };
}

/** What is exact and what was left out, by policy, sampling and load. */
export interface PostureOfState {
  /** What the server says of its policy; null without a remote lane. */
  readonly policy: Guarantees | null;
  /** The share of traces that the policy keeps whole, and the lowest share that frames carried
   * since On.
   */
  readonly sampling: number;
  readonly threshold: number;
  /** Counts are exact; events and traces are fewer than counted. */
  readonly thinned: boolean;
  readonly sampled: boolean;
  /** When thinning began since On (null if it has not), and since when the policy is what it is. */
  readonly thinnedAt: number | null;
  readonly imposedAt: number;
  /** Sources that were turned away since On because they sent faster than they may, with how many
   * events.
   */
  readonly limited: readonly { readonly source: string; readonly events: number }[];
}

/** The guarantees that hold at this moment. */
export function posture(state: State): PostureOfState {
  const { frameSums: sums } = state.accumulation;
  return {
    policy: state.posture, sampling: state.sampling, threshold: state.threshold, thinned: sums.thinned > 0 || state.threshold < 1,
    sampled: state.sampling < 1 || sums.sampled_out > 0, thinnedAt: state.thinnedAt, imposedAt: state.policySince,
    limited: [...state.ingestCounters].flatMap(([source, { since }]) => (since.rate_limited > 0 ? [{ source, events: since.rate_limited }] : [])),
  };
}
