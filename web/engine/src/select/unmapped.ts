/** The tray of names that light nothing. */
import { shownAt } from "../clock.ts";
import { type Nearby, nearby } from "../nearest.ts";
import { type Row, rowAt } from "../ring.ts";
import type { State } from "../state.ts";
import { shown } from "../tally.ts";
import { saysWho } from "../unmapped.ts";

export interface UnmappedName {
  readonly name: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Milliseconds since the last one, by the picture's clock. */
  readonly age: number;
  readonly sample: Row | null;
}

export interface UnmappedNames {
  /** Messages that say who somebody is, by their type: no node can listen for them. */
  readonly who: readonly UnmappedName[];
  /** The most frequent first. */
  readonly names: readonly UnmappedName[];
  /** Events under names that are not counted apart. */
  readonly other: number;
}

/** Every unmapped name counted apart, as it stands at `at`. */
export function unmappedNames(state: State, at: number): UnmappedNames {
  const { unmapped, ring } = state.kept;
  const now = shownAt(state.clock, at);
  const entries = [...unmapped.names.values()].sort((a, b) => shown(b) - shown(a) || (a.name < b.name ? -1 : 1));
  const told = (who: boolean): UnmappedName[] =>
    entries.filter((one) => saysWho(ring, one) === who).map((one) => ({
      name: one.name, count: shown(one), firstAt: one.firstAt, lastAt: one.lastAt, age: Math.max(0, now - one.lastAt), sample: rowAt(ring, one.sample),
    }));
  return { names: told(false), who: told(true), other: shown(unmapped.other) };
}

/** The likest names that the graph listens for; asked for one name at a time, when its row is shown. */
export function nearestNames(state: State, name: string, most = 3): readonly Nearby[] {
  return state.graph === null ? [] : nearby(state.graph, name, most);
}
