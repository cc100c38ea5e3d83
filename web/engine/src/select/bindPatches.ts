/** Patches to event definitions for the names bound in this session: YAML for the author to review.
 */
import type { State } from "../state.ts";

/** A file of event definitions as it should read. */
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
