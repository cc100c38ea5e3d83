/** The steps of a graph file, in every shape they have had. */
import type { Node, Warning } from "@dagnet-realtime/engine/wire.gen";
import { colour, type Fields, firstText, flag, number, record, rows, text, TEXT_LIMIT } from "./fields.ts";

/** The largest real graph has 44; beyond this no picture helps. */
const NODE_LIMIT = 5_000;
const VARIANT_LIMIT = 100;
/** What a node was called by, newest first. */
const NAMES = ["id", "slug", "node_id"] as const;

/** The nodes in file order. Of two with one uuid the first wins; one without a uuid goes by its id, else by its place. */
export function readNodes(tree: Fields, warnings: Warning[]): readonly Node[] {
  const items = rows(tree["nodes"]);
  if (items.length > NODE_LIMIT) warnings.push({ code: "too_many", where: "nodes", text: `Only the first ${NODE_LIMIT} of ${items.length} nodes are shown.` });
  const nodes = new Map<string, Node>(), ids = new Set<string>();
  for (const [place, item] of items.slice(0, NODE_LIMIT).entries()) {
    const source = record(item);
    if (Object.keys(source).length === 0) {
      warnings.push({ code: "node_broken", where: `node ${place}`, text: "An entry of the list of nodes is no node and is left out." });
      continue;
    }
    const node = readNode(source, place, warnings), where = `node ${node.id || node.uuid}`;
    if (nodes.has(node.uuid)) {
      warnings.push({ code: "duplicate_uuid", where, text: `A second node has the uuid “${node.uuid}”; the first one is kept.` });
      continue;
    }
    if (node.id !== "" && ids.has(node.id))
      warnings.push({ code: "duplicate_id", where, text: `Several nodes have the id “${node.id}”; references to it mean the first one.` });
    ids.add(node.id);
    nodes.set(node.uuid, node);
  }
  if (nodes.size === 0) warnings.push({ code: "empty", where: "nodes", text: "The graph has no nodes." });
  return [...nodes.values()];
}

/** What an edge may call each node: uuid or id, else the slug that old files have beside them; the first node in file order that goes by a name has it. */
export function ends(tree: Fields, nodes: readonly Node[]): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const node of nodes) for (const name of [node.uuid, node.id]) if (name !== "" && !found.has(name)) found.set(name, node);
  const known = new Map(nodes.map((node) => [node.uuid, node]));
  for (const [place, item] of rows(tree["nodes"]).slice(0, NODE_LIMIT).entries()) {
    const source = record(item), own = known.get(uuidOf(source, place));
    for (const name of NAMES.map((key) => text(source[key]))) if (own !== undefined && name !== "" && !found.has(name)) found.set(name, own);
  }
  return found;
}

/** What a case edge may call its case node: the case's own id, or the node's uuid or id. */
export function caseIds(tree: Fields, nodes: readonly Node[]): ReadonlyMap<string, Node> {
  const found = ends(tree, nodes);
  const known = new Map(nodes.map((node) => [node.uuid, node]));
  for (const item of rows(tree["nodes"]).slice(0, NODE_LIMIT)) {
    const source = record(item);
    const node = known.get(text(source["uuid"])), caseId = text(record(source["case"])["id"]);
    if (node !== undefined && caseId !== "" && node.variants.length > 0) found.set(caseId, node);
  }
  return found;
}

function uuidOf(source: Fields, place: number): string {
  return text(source["uuid"]) || firstText(source, ...NAMES) || `node-${place}`;
}

function readNode(source: Fields, place: number, warnings: Warning[]): Node {
  const id = firstText(source, ...NAMES), uuid = uuidOf(source, place);
  if (text(source["uuid"]) === "") warnings.push({ code: "missing_uuid", where: `node ${uuid}`, text: "The node has no uuid and goes by its id or place." });
  const layout = record(source["layout"]);
  const [x, y] = (["x", "y"] as const).map((axis) => number(axis in layout ? layout[axis] : source[axis]));
  const variants = rows(record(source["case"])["variants"])
    .slice(0, VARIANT_LIMIT)
    .map((item) => ({ name: text(record(item)["name"]), weight: Math.min(Math.max(number(record(item)["weight"]) ?? 0, 0), 1) }));
  let url = text(source["url"], TEXT_LIMIT);
  if (url !== "" && !/^https?:\/\//.test(url)) {
    warnings.push({ code: "url", where: `node ${id || uuid}`, text: "The node's url is no web address and is left out." });
    url = "";
  }
  return {
    uuid,
    id,
    label: text(source["label"]) || id || uuid,
    type: source["type"] === "case" || variants.length > 0 ? "case" : "normal",
    event_id: text(source["event_id"]) || text(record(source["event"])["id"]) || text(source["event"]),
    absorbing: flag(source["absorbing"]),
    outcome: text(source["outcome_type"]),
    start: flag(record(source["entry"])["is_start"]),
    x: y === null ? null : (x ?? null),
    y: x === null ? null : (y ?? null),
    colour: colour(layout) || colour(source),
    description: text(source["description"], TEXT_LIMIT),
    url,
    variants,
    dark: "",
  };
}
