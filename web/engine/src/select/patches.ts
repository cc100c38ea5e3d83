/**
 * Patches for the author of a graph: event definitions for names that were mapped in this session,
 * and edges for unexpected steps. Each says what it changes, and replaces nothing unless asked to.
 */
import type { State } from "../state.ts";
import type { EventBinding, Graph, Node } from "../wire.gen.ts";

/** `own`: the name gets a definition of its own. `replace`: it takes the place of what the node's
 * definition listens for, which then lights nothing.
 */
export type PatchWay = "own" | "replace";

export interface DiffLine {
  readonly sign: " " | "+" | "-";
  readonly text: string;
}

export interface Patch {
  /** The mapped name, and the label of the node that it lights. */
  readonly name: string;
  readonly label: string;
  /** Below the data folder, and whether the patch makes it. */
  readonly file: string;
  readonly fresh: boolean;
  readonly way: PatchWay;
  /** The ways to choose from. */
  readonly ways: readonly PatchWay[];
  /** What the node listens for now and would no longer, "" for nothing. */
  readonly replaces: string;
  /** What is to be done beside it, in a sentence. */
  readonly remains: string;
  readonly diff: readonly DiffLine[];
}

/** One patch for each mapped name, in the order of mapping. `chosen` holds the ways that were
 * chosen; any other name goes the way that replaces no name.
 */
export function bindPatches(state: State, chosen: ReadonlyMap<string, PatchWay> = new Map()): readonly Patch[] {
  const { graph } = state;
  if (graph === null) return [];
  const taken = new Set(graph.nodes.map(({ event_id }) => event_id));
  const replaced = new Set<string>();
  return [...state.binds].flatMap(([name, uuid]) => {
    const node = graph.nodes.find((one) => one.uuid === uuid);
    if (node === undefined) return [];
    const listen = graph.listens.find((one) => one.node === uuid && one.event_id === node.event_id);
    // A definition holds one name for Segment, so that one mapped name can replace it, and no more.
    const ways: PatchWay[] = node.event_id === "" || replaced.has(node.event_id) ? ["own"] : ["own", "replace"];
    const wanted = chosen.get(name) ?? (listen === undefined || listen.rule === "event_id" ? "replace" : "own");
    const way = ways.includes(wanted) ? wanted : "own";
    if (way === "replace") replaced.add(node.event_id);
    return [way === "replace" ? replacing(name, node, listen, ways) : ownDefinition(name, node, ways, taken)];
  });
}

function ownDefinition(name: string, node: Node, ways: readonly PatchWay[], taken: Set<string>): Patch {
  const id = freeId(slug(name), taken);
  taken.add(id);
  const label = labelOf(node);
  const remains = node.event_id === "" ? `Give the node “${label}” the event_id ${id} in the graph.` : `“${label}” goes on listening for what it does; a node with the event_id ${id} listens for this name.`;
  const lines = [`id: ${id}`, `name: ${yaml(name)}`, "provider_event_names:", `  segment: ${yaml(name)}`];
  return { name, label, file: `events/${id}.yaml`, fresh: true, way: "own", ways, replaces: "", remains, diff: lines.map((text) => ({ sign: "+", text })) };
}

function replacing(name: string, node: Node, listen: EventBinding | undefined, ways: readonly PatchWay[]): Patch {
  const before = listen?.names.join(", ") ?? "";
  const [first = ""] = listen?.names ?? [];
  const diff: DiffLine[] = [{ sign: " ", text: `id: ${node.event_id}` }];
  if (listen?.rule === "segment") diff.push({ sign: " ", text: "provider_event_names:" }, { sign: "-", text: `  segment: ${yaml(first)}` });
  else if (listen?.rule === "amplitude") diff.push({ sign: " ", text: "provider_event_names:" }, { sign: " ", text: `  amplitude: ${yaml(first)}` });
  else diff.push({ sign: "+", text: "provider_event_names:" });
  diff.push({ sign: "+", text: `  segment: ${yaml(name)}` });
  const remains = before === "" ? "" : `Events named ${before} light nothing from then on.`;
  return { name, label: labelOf(node), file: `events/${node.event_id}.yaml`, fresh: false, way: "replace", ways, replaces: before, remains, diff };
}

/** The patches as one text: YAML with what it changes as comments. */
export function patchText(patches: readonly Patch[]): string {
  return patches.map(({ file, fresh, label, remains, replaces, diff }) => {
    const head = [`# ${file}${fresh ? " (a new file)" : " (to be merged into it)"}, for the node ${JSON.stringify(label)}`, ...(replaces === "" ? [] : [`# Replaces: ${JSON.stringify(replaces)}`]), ...(remains === "" ? [] : [`# ${remains}`])];
    const removed = diff.filter(({ sign }) => sign === "-").map(({ text }) => `# removed: ${text.trim()}`);
    return `${[...head, ...removed, ...diff.filter(({ sign }) => sign !== "-").map(({ text }) => text)].join("\n")}\n`;
  }).join("---\n");
}

/** An edge between two nodes (uuids) as DagNet's graph files have it, without a probability; null
 * if the graph lacks one of the nodes.
 */
export function edgePatch(graph: Graph, from: string, to: string): string | null {
  const [source, target] = [from, to].map((uuid) => graph.nodes.find((node) => node.uuid === uuid));
  if (source === undefined || target === undefined) return null;
  const [a, b] = [source, target].map((node) => node.id || node.uuid);
  return `${JSON.stringify({ id: `${a}-to-${b}`, from, to, p: {}, query: `from(${a}).to(${b})` }, null, 2)}\n`;
}

function labelOf(node: Node): string {
  return node.label || node.id;
}

function freeId(wanted: string, taken: ReadonlySet<string>): string {
  let id = wanted;
  for (let number = 2; taken.has(id); number += 1) id = `${wanted}-${number}`;
  return id;
}

/** A double-quoted YAML scalar; JSON's escapes are a subset of YAML's. */
function yaml(text: string): string {
  return JSON.stringify(text);
}

/** An event id in DagNet's letters. */
function slug(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 128);
  return plain.length < 2 ? `event-${plain}`.replace(/-$/, "") : plain;
}
