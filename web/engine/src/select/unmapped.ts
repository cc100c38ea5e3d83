/** Names that light nothing, with near misses and similar names. */
import { displayed } from "../activity.ts";
import { type Row, rowAt } from "../eventBuffer.ts";
import { namesFromShown, nearMisses, type SimilarName, similarNames } from "../nearMiss.ts";
import { shownAt } from "../pauseBuffer.ts";
import type { State } from "../state.ts";
import { isIdentityCounter } from "../unmapped.ts";

/** An event name that no node listens for. */
export interface UnmappedName {
  readonly name: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Milliseconds since the last one, by the picture's clock. */
  readonly age: number;
  readonly sample: Row | null;
}

/** Event names that no node listens for. */
export interface UnmappedNames {
  /** Messages that identify a person, by their type: no node can listen for them. */
  readonly identity: readonly UnmappedName[];
  /** The most frequent first. */
  readonly names: readonly UnmappedName[];
  /** Events under names that are not counted apart. */
  readonly other: number;
}

/** Every unmapped name counted apart, as it stands at `at`. */
export function unmappedNames(state: State, at: number): UnmappedNames {
  const { unmapped, events } = state.accumulation;
  const now = shownAt(state.clock, at);
  const entries = [...unmapped.names.values()].sort((a, b) => displayed(b) - displayed(a) || (a.name < b.name ? -1 : 1));
  const listed = (who: boolean): UnmappedName[] =>
    entries.filter((one) => isIdentityCounter(events, one) === who).map((one) => ({
      name: one.name, count: displayed(one), firstAt: one.firstAt, lastAt: one.lastAt, age: Math.max(0, now - one.lastAt), sample: rowAt(events, one.sample),
    }));
  return { names: listed(false), identity: listed(true), other: displayed(unmapped.other) };
}

/** A name that the viewer mapped to a node, and what it counted there. */
export interface MappedName {
  readonly name: string;
  readonly node: string;
  readonly count: number;
}

/** The mapped names in the order of mapping. */
export function mappedNames({ binds, accumulation: { bound } }: State): readonly MappedName[] {
  return [...binds].map(([name, node]) => {
    const entry = bound.get(name);
    return { name, node, count: entry === undefined ? 0 : displayed(entry) };
  });
}

/** A node that an unmapped event would have lit, and why it did not, in a sentence with what was
 * seen and what is expected.
 */
export interface UnmappedNearMiss {
  readonly node: string;
  readonly label: string;
  readonly reason: string;
}

/** The near misses of one row; none if it lit a node, or if no node listens for a similar name. */
export function nearMissesOf(state: State, row: Row): readonly UnmappedNearMiss[] {
  if (row.nodes.length > 0) return [];
  const labels = new Map(state.graph?.listens.map(({ node, label }) => [node, label]));
  return nearMisses(state.table, namesFromShown(row.type, row.name), row.properties, null).map((miss) => ({ ...miss, label: labels.get(miss.node) ?? miss.node }));
}

/** The likest names that the graph listens for; asked for one name at a time, when its row is
 * shown.
 */
export function nearestNames(state: State, name: string, most = 3): readonly SimilarName[] {
  return state.graph === null ? [] : similarNames(state.graph, name, most);
}

/** The nodes that events of a name nearly lit: as its last event did, or those that listen for it
 * once that event is no longer held.
 */
export function nearMissesOfName(state: State, { name, sample }: UnmappedName): readonly UnmappedNearMiss[] {
  if (sample !== null) return nearMissesOf(state, sample);
  const listening = new Set((state.table.bindings.get(name) ?? []).map(({ node }) => node));
  return (state.graph?.listens ?? []).flatMap(({ node, label }) =>
    listening.delete(node) ? [{ node, label, reason: "a condition of its definition was not met; the event is no longer held" }] : [],
  );
}
