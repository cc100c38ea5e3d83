/** Names that light nothing, and patches for the names bound in this session. */
import { displayed } from "../activity.ts";
import { type Row, rowAt } from "../eventBuffer.ts";
import { namesFromShown, nearMisses, type SimilarName, similarNames } from "../nearMiss.ts";
import { shownAt } from "../pauseBuffer.ts";
import type { State } from "../state.ts";
import { isIdentityCounter } from "../unmapped.ts";

// The tray of names that light nothing.

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
  readonly identity: readonly UnmappedName[];
  /** The most frequent first. */
  readonly names: readonly UnmappedName[];
  /** Events under names that are not counted apart. */
  readonly other: number;
}

/** Every unmapped name counted apart, as it stands at `at`. */
export function unmappedNames(state: State, at: number): UnmappedNames {
  const { unmapped, events: ring } = state.accumulation;
  const now = shownAt(state.clock, at);
  const entries = [...unmapped.names.values()].sort((a, b) => displayed(b) - displayed(a) || (a.name < b.name ? -1 : 1));
  const listed = (who: boolean): UnmappedName[] =>
    entries.filter((one) => isIdentityCounter(ring, one) === who).map((one) => ({
      name: one.name, count: displayed(one), firstAt: one.firstAt, lastAt: one.lastAt, age: Math.max(0, now - one.lastAt), sample: rowAt(ring, one.sample),
    }));
  return { names: listed(false), identity: listed(true), other: displayed(unmapped.other) };
}

/** A node that an unmapped event would have lit, and why it did not, in a sentence with what was seen and what is expected. */
export interface UnmappedNearMiss {
  readonly node: string;
  readonly label: string;
  readonly reason: string;
}

/** The near misses of one row; none where it lit a node, or where nothing listens for a name like its own. */
export function nearMissesOf(state: State, row: Row): readonly UnmappedNearMiss[] {
  if (row.nodes.length > 0) return [];
  const labels = new Map(state.graph?.listens.map(({ node, label }) => [node, label]));
  return nearMisses(state.table, namesFromShown(row.type, row.name), row.properties, null).map((miss) => ({ ...miss, label: labels.get(miss.node) ?? miss.node }));
}

/** The likest names that the graph listens for; asked for one name at a time, when its row is shown. */
export function nearestNames(state: State, name: string, most = 3): readonly SimilarName[] {
  return state.graph === null ? [] : similarNames(state.graph, name, most);
}

// What was bound in this session, as patches to the event definitions: YAML for the author to look
// at, never written behind their back.

export interface Patch {
  /** Below the data folder. */
  readonly file: string;
  readonly text: string;
}

/** One patch for each event definition that a binding concerns. */
export function bindPatches(state: State): readonly Patch[] {
  const byFile = new Map<string, { id: string; fresh: boolean; names: string[]; label: string }>();
  for (const [name, uuid] of state.binds) {
    const node = state.graph?.nodes.find((one) => one.uuid === uuid);
    if (node === undefined) continue;
    const id = node.event_id === "" ? slug(name) : node.event_id;
    const known = byFile.get(id) ?? { id, fresh: node.event_id === "", names: [], label: node.label === "" ? node.id : node.label };
    known.names.push(name);
    byFile.set(id, known);
  }
  return [...byFile.values()].map(({ id, fresh, names, label }) => ({ file: `events/${id}.yaml`, text: patchText(id, fresh, names, label) }));
}

function patchText(id: string, fresh: boolean, names: readonly string[], label: string): string {
  const lines = fresh
    ? [`# A definition for the node ${quote(label)}; give the node event_id: ${id} in the graph.`, `id: ${id}`, `name: ${quote(names[0] ?? id)}`]
    : [`# Merge into the definition of ${id}, for the node ${quote(label)}.`];
  lines.push("provider_event_names:", `  segment: ${quote(names[0] ?? "")}`);
  for (const further of names.slice(1)) lines.push(`  # also seen: ${quote(further)}; a definition holds one name, so this needs one of its own`);
  return `${lines.join("\n")}\n`;
}

/** A double-quoted YAML scalar; JSON's escapes are a subset of YAML's. */
function quote(text: string): string {
  return JSON.stringify(text);
}

/** An event id in DagNet's letters. */
function slug(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 128);
  return plain.length < 2 ? `event-${plain}`.replace(/-$/, "") : plain;
}
