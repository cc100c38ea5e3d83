/** How bright a node is, and the figures of the strip. */
import { shownAt } from "../clock.ts";
import { glowOf, heatAt, levelOf } from "../light.ts";
import { WHO } from "../names.ts";
import type { State } from "../state.ts";
import { shown } from "../tally.ts";
import { saysWho } from "../unmapped.ts";
import { buckets, rate } from "../window.ts";

/** One node's light. `rate` is printed (10 s sliding), `heat` the short decaying average, `level` and `glow` 0 to 1.
 * `carried`: a filter is on, so that counts are of carried events only. */
export interface NodeLight {
  readonly count: number;
  readonly rate: number;
  readonly heat: number;
  readonly level: number;
  readonly glow: number;
  readonly lastAt: number | null;
  readonly carried: boolean;
}

export interface TotalsOfState {
  /** Events since On (since Clear), each once, whatever it lit. */
  readonly count: number;
  readonly rate: number;
  /** Events in each of the last 60 seconds, oldest first. */
  readonly sparkline: readonly number[];
  /** `count = mapped + unmapped + who`; `who` counts messages that say who somebody is and could light nothing. */
  readonly mapped: number;
  readonly unmapped: number;
  readonly who: number;
  /** Of those that could light a node, 0 to 1; null before the first. */
  readonly mappedShare: number | null;
  /** "+n" while paused. */
  readonly waiting: number;
  /** Events that pass the filter, of the carried ones; null without a filter. */
  readonly filtered: number | null;
}

const DARK: NodeLight = { count: 0, rate: 0, heat: 0, level: 0, glow: 0, lastAt: null, carried: false };

/** The light of a node at `at` by the viewer's clock; frozen while paused. Under a filter it is that of the carried events that pass. */
export function nodeLight(state: State, uuid: string, at: number): NodeLight {
  const filtered = state.kept.view.filtered;
  const light = (filtered ?? state.kept).nodes.get(uuid);
  if (light === undefined) return DARK;
  const now = shownAt(state.clock, at);
  const heat = heatAt(light, now);
  const level = levelOf(heat);
  return {
    count: shown(light), rate: rate(light.window, now, state.kept.since), heat, level,
    glow: glowOf(level, light.lastAt === null ? null : now - light.lastAt), lastAt: light.lastAt, carried: filtered !== null,
  };
}

/** The figures of the strip at `at`. */
export function totals(state: State, at: number): TotalsOfState {
  const { kept } = state;
  const now = shownAt(state.clock, at);
  const count = shown(kept.total);
  const mapped = Math.min(count, shown(kept.mapped));
  const nameless = [...WHO].reduce((sum, kind) => {
    const entry = kept.unmapped.names.get(kind);
    return entry !== undefined && saysWho(kept.ring, entry) ? sum + shown(entry) : sum;
  }, 0);
  const who = Math.min(count - mapped, nameless);
  return {
    count, rate: rate(kept.total.window, now, kept.since), sparkline: buckets(kept.sparkline, now), mapped, unmapped: count - mapped - who, who,
    mappedShare: count === who ? null : mapped / (count - who), waiting: state.held.waiting,
    filtered: kept.view.filtered === null ? null : shown(kept.view.filtered.total),
  };
}
