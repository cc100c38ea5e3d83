/** Reads one DagNet graph and binds its nodes to events; faults in the file become warnings. */
import { createHash, digest, mix } from "@dagnet-realtime/engine/digest";
import type { Container, Edge, Graph, EventBinding, Node, Note, Warning } from "@dagnet-realtime/engine/wire.gen";
import { overlapWarnings } from "./consistency.ts";
import { type DefinitionIndex, listenedNames, namesAnything, unkeptName } from "./definitions.ts";
import { asBool, asColour, asList, asMapping, asNumber, asText, type Fields, firstText, isFields, isGiven, stem, TEXT_LIMIT, UnreadableFile } from "./fields.ts";

/** Most warnings of one graph. More would not be read. */
const WARNING_LIMIT = 1_000;
/** Most warnings of one kind that are listed one by one. */
const KIND_LIMIT = 20;

/** The graph in `tree`, the content of `file`, with its matching table; throws `UnreadableFile` if
 * there is no list of nodes.
 */
export function readGraph(file: string, tree: unknown, bindings: DefinitionIndex): Graph {
  if (!isFields(tree)) throw new UnreadableFile("is not a DagNet graph: it holds no JSON object");
  if (!Array.isArray(tree["nodes"])) throw new UnreadableFile("is not a DagNet graph: it has no list of nodes");
  const warnings: Warning[] = [];
  const read = readNodes(tree, warnings);
  const edges = readEdges(tree, read, warnings);
  const bound = read.map((node) => bindEvent(node, bindings, warnings));
  const listens = bound.map(([, listen]) => listen).filter((listen): listen is EventBinding => listen !== null);
  warnings.push(...overlapWarnings(listens));
  const name = stem(file);
  const graph = {
    name,
    file,
    version: "",
    title: firstText(asMapping(tree["metadata"]), "name") || firstText(tree, "name") || name,
    nodes: bound.map(([node]) => node),
    edges,
    listens,
    postits: readPostits(tree),
    containers: readContainers(tree),
    warnings: folded(distinct(warnings)).slice(0, WARNING_LIMIT),
  };
  const hash = createHash();
  mix(hash, graph);
  return { ...graph, version: digest(hash) };
}

/** All missing uuids as one warning, since old graphs have none at all; of any other kind the first
 * `KIND_LIMIT`.
 */
function folded(warnings: readonly Warning[]): readonly Warning[] {
  const of = (kind: string): readonly Warning[] => warnings.filter(({ code }) => code === kind);
  const bare = of("missing_uuid"), nodes = bare.filter(({ where }) => where.startsWith("node ")).length;
  const told = new Map<string, number>();
  return warnings.flatMap((one) => {
    const { code } = one, count = (told.get(code) ?? 0) + 1;
    told.set(code, count);
    if (code === "missing_uuid" && bare.length > 1)
      return count > 1 ? [] : [{ code, where: "graph", text: `${nodes} nodes and ${bare.length - nodes} edges have no uuid: nodes go by their id or place, edges by their ends. DagNet itself would drop such edges.` }];
    if (count === KIND_LIMIT + 1) return [{ code, where: "graph", text: `${of(code).length - KIND_LIMIT} more warnings of this kind are left out.` }];
    return count <= KIND_LIMIT ? [one] : [];
  });
}

function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((one) => [JSON.stringify([one.code, one.where, one.text]), one])).values()];
}

/** The largest real graph has 44; beyond this no picture helps. */
const NODE_LIMIT = 5_000;
const VARIANT_LIMIT = 100;
/** What a node was called by, newest first. */
const NAMES = ["id", "slug", "node_id"] as const;

/** The nodes in file order. If two have the same uuid, the first wins. A node without a uuid goes
 * by its id, else by its place.
 */
export function readNodes(tree: Fields, warnings: Warning[]): readonly Node[] {
  const items = asList(tree["nodes"]);
  if (items.length > NODE_LIMIT) warnings.push({ code: "too_many", where: "nodes", text: `Only the first ${NODE_LIMIT} of ${items.length} nodes are shown.` });
  const nodes = new Map<string, Node>(), ids = new Set<string>();
  for (const [place, item] of items.slice(0, NODE_LIMIT).entries()) {
    const source = asMapping(item);
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

/** What an edge may call each node: uuid or id, else the slug that old files have beside them. If
 * several nodes go by one name, it means the first in file order.
 */
export function ends(tree: Fields, nodes: readonly Node[]): Map<string, Node> {
  const found = new Map<string, Node>();
  for (const node of nodes) for (const name of [node.uuid, node.id]) if (name !== "" && !found.has(name)) found.set(name, node);
  const known = new Map(nodes.map((node) => [node.uuid, node]));
  for (const [place, item] of asList(tree["nodes"]).slice(0, NODE_LIMIT).entries()) {
    const source = asMapping(item), own = known.get(uuidOf(source, place));
    for (const name of NAMES.map((key) => asText(source[key]))) if (own !== undefined && name !== "" && !found.has(name)) found.set(name, own);
  }
  return found;
}

/** What a case edge may call its case node: the case's own id, or the node's uuid or id. */
export function caseIds(tree: Fields, nodes: readonly Node[]): ReadonlyMap<string, Node> {
  const found = ends(tree, nodes);
  const known = new Map(nodes.map((node) => [node.uuid, node]));
  for (const item of asList(tree["nodes"]).slice(0, NODE_LIMIT)) {
    const source = asMapping(item);
    const node = known.get(asText(source["uuid"])), caseId = asText(asMapping(source["case"])["id"]);
    if (node !== undefined && caseId !== "" && node.variants.length > 0) found.set(caseId, node);
  }
  return found;
}

function uuidOf(source: Fields, place: number): string {
  return asText(source["uuid"]) || firstText(source, ...NAMES) || `node-${place}`;
}

function readNode(source: Fields, place: number, warnings: Warning[]): Node {
  const id = firstText(source, ...NAMES), uuid = uuidOf(source, place);
  if (asText(source["uuid"]) === "") warnings.push({ code: "missing_uuid", where: `node ${uuid}`, text: "The node has no uuid and goes by its id or place." });
  const layout = asMapping(source["layout"]);
  const [x, y] = (["x", "y"] as const).map((axis) => asNumber(axis in layout ? layout[axis] : source[axis]));
  const variants = asList(asMapping(source["case"])["variants"])
    .slice(0, VARIANT_LIMIT)
    .map((item) => ({ name: asText(asMapping(item)["name"]), weight: Math.min(Math.max(asNumber(asMapping(item)["weight"]) ?? 0, 0), 1) }));
  let url = asText(source["url"], TEXT_LIMIT);
  if (url !== "" && !/^https?:\/\//.test(url)) {
    warnings.push({ code: "url", where: `node ${id || uuid}`, text: "The node's url is no web address and is left out." });
    url = "";
  }
  return {
    uuid,
    id,
    label: asText(source["label"]) || id || uuid,
    type: source["type"] === "case" || variants.length > 0 ? "case" : "normal",
    event_id: asText(source["event_id"]) || asText(asMapping(source["event"])["id"]) || asText(source["event"]),
    absorbing: asBool(source["absorbing"]),
    outcome: asText(source["outcome_type"]),
    start: asBool(asMapping(source["entry"])["is_start"]),
    x: y === null ? null : (x ?? null),
    y: x === null ? null : (y ?? null),
    colour: asColour(layout) || asColour(source),
    description: asText(source["description"], TEXT_LIMIT),
    url,
    variants,
    dark: "",
  };
}

/** The largest real graph has 84; beyond this no picture helps. */
const EDGE_LIMIT = 20_000;
const FACES = ["left", "right", "top", "bottom"] as const;
type Face = (typeof FACES)[number];

/** The edges whose two ends exist, in file order; ends may be uuids, ids or slugs. An edge without
 * a uuid gets one made of its ends.
 */
export function readEdges(tree: Fields, nodes: readonly Node[], warnings: Warning[]): readonly Edge[] {
  const items = asList(tree["edges"]);
  if (items.length > EDGE_LIMIT) warnings.push({ code: "too_many", where: "edges", text: `Only the first ${EDGE_LIMIT} of ${items.length} edges are shown.` });
  const byName = ends(tree, nodes), byCase = caseIds(tree, nodes), edges = new Map<string, Edge>(), counts = new Map<string, number>();
  for (const [place, item] of items.slice(0, EDGE_LIMIT).entries()) {
    const source = asMapping(item), where = `edge ${firstText(source, "id", "uuid") || String(place)}`;
    const from = firstText(source, "from", "source"), to = firstText(source, "to", "target");
    const start = byName.get(from), end = byName.get(to);
    if (start === undefined || end === undefined) {
      const missing = [start === undefined ? from : null, end === undefined ? to : null].filter((name) => name !== null).map((name) => `“${name}”`).join(" and ");
      warnings.push({ code: "edge_unresolved", where, text: `The edge refers to ${missing}, which is no node; it is left out.` });
      continue;
    }
    if (start.absorbing) warnings.push({ code: "absorbing_exit", where, text: `The edge leaves “${start.label}”, which is marked as absorbing.` });
    const [p, variant] = share(source, start, byCase, where, warnings);
    const uuid = edgeUuid(asText(source["uuid"], 1024), `${start.uuid}->${end.uuid}`, edges, counts, where, warnings);
    edges.set(uuid, {
      uuid,
      id: asText(source["id"]),
      source: start.uuid,
      target: end.uuid,
      source_face: face(firstText(source, "fromHandle", "sourceHandle"), "right"),
      target_face: face(firstText(source, "toHandle", "targetHandle"), "left"),
      p,
      label: asText(source["label"]),
      variant,
      conditional: isGiven(source["conditional_p"]),
    });
  }
  return [...edges.values()];
}

/** The edge's own uuid, or a stable one if it has none or another edge has it. `counts` are the
 * edges so far between two ends.
 */
function edgeUuid(own: string, made: string, taken: ReadonlyMap<string, Edge>, counts: Map<string, number>, where: string, warnings: Warning[]): string {
  if (own !== "" && !taken.has(own)) return own;
  if (own !== "") warnings.push({ code: "duplicate_uuid", where, text: `A second edge has the uuid “${own}”; it is kept under another.` });
  else warnings.push({ code: "missing_uuid", where, text: "The edge has no uuid and goes by its ends; DagNet itself would drop it." });
  let found = made;
  while (taken.has(found)) {
    const count = (counts.get(made) ?? 1) + 1;
    counts.set(made, count);
    found = `${made}#${count}`;
  }
  return found;
}

/** The probability (variant weight × mean on case edges) and the variant's name. */
function share(source: Fields, start: Node, byCase: ReadonlyMap<string, Node>, where: string, warnings: Warning[]): readonly [number | null, string] {
  const written = source["p"];
  let mean = asNumber(isFields(written) ? asMapping(written)["mean"] : written);
  if (mean !== null && (mean < 0 || mean > 1)) {
    warnings.push({ code: "probability", where, text: `The probability ${mean} is not between 0 and 1 and is drawn as the nearer of the two.` });
    mean = Math.min(Math.max(mean, 0), 1);
  }
  const name = asText(source["case_variant"]);
  if (name === "") return [mean, ""];
  const weight = (byCase.get(asText(source["case_id"])) ?? start).variants.find((variant) => variant.name === name)?.weight;
  if (weight === undefined) {
    warnings.push({ code: "variant_unknown", where, text: `No case node has the variant “${name}”.` });
    return [mean, name];
  }
  return [weight * (mean ?? 1), name];
}

/** The side of a node that a handle stands for; `-out` may follow on either end. */
function face(handle: string, usual: Face): Face {
  const bare = handle.replace(/-out$/, "").replace(/-in$/, "");
  return FACES.find((one) => one === bare) ?? usual;
}

/** Notes or frames of one graph. */
const LIMIT = 1_000;
/** Canvas units, if the file gives no size. */
const NOTE = { width: 200, height: 150 };
const FRAME = { width: 400, height: 300 };

/** The notes, in file order. */
export function readPostits(tree: Fields): readonly Note[] {
  return listed(tree["postits"]).map(([place, source]) => ({
    id: asText(source["id"]) || `postit-${place}`,
    text: asText(source["text"], TEXT_LIMIT),
    colour: asColour(source),
    ...box(source, NOTE),
  }));
}

/** The frames, in file order. */
export function readContainers(tree: Fields): readonly Container[] {
  return listed(tree["containers"]).map(([place, source]) => ({
    id: asText(source["id"]) || `container-${place}`,
    label: asText(source["label"]),
    colour: asColour(source),
    ...box(source, FRAME),
  }));
}

function listed(value: unknown): readonly (readonly [number, Fields])[] {
  return asList(value)
    .slice(0, LIMIT)
    .map((item, place) => [place, asMapping(item)] as const)
    .filter(([, source]) => Object.keys(source).length > 0);
}

function box(source: Fields, usual: typeof NOTE): Pick<Note, "x" | "y" | "width" | "height"> {
  const size = (key: "width" | "height"): number => {
    const found = asNumber(source[key]);
    return found !== null && found > 0 ? found : usual[key];
  };
  return { x: asNumber(source["x"]) ?? 0, y: asNumber(source["y"]) ?? 0, width: size("width"), height: size("height") };
}

const ABSORBING = "absorbing, and no event is bound to it";
const CASE = "a case node without an event of its own; traffic passes through it";
const UNBOUND = "no event is bound to it";

/** The node with its event (its own, else its node file's) or with the reason for its darkness, and
 * the names it listens for.
 */
export function bindEvent(node: Node, bindings: DefinitionIndex, warnings: Warning[]): readonly [Node, EventBinding | null] {
  const where = `node ${node.id || node.uuid}`;
  const [file, source] = bindings.nodeFile(node.id);
  const theirs = asText(source["event_id"]);
  if (node.event_id !== "" && theirs !== "" && node.event_id !== theirs)
    warnings.push({ code: "event_id_disagrees", where, text: `The graph binds the event “${node.event_id}”, ${file} says “${theirs}”; the graph wins.` });
  if (node.event_id === "" && theirs !== "")
    warnings.push({ code: "event_id_from_node_file", where, text: `The graph binds no event; “${theirs}” is taken from ${file}. DagNet itself reads the graph only.` });
  const eventId = node.event_id || theirs || (namesAnything(source) ? node.id : "");
  if (eventId === "") return [{ ...node, dark: node.type === "case" ? CASE : node.absorbing ? ABSORBING : UNBOUND }, null];
  const bound = { ...node, event_id: eventId };
  const listen = { node: node.uuid, label: node.label, event_id: eventId };
  const definition = bindings.definition(eventId, node.id);
  if (definition === null) {
    warnings.push({ code: "definition_missing", where, text: `There is no definition of the event “${eventId}”; the node listens for that name itself.` });
    return marked(bound, { ...listen, names: [eventId], rule: "event_id", filters: [] }, warnings);
  }
  warnings.push(...definition.warnings);
  return marked(bound, { ...listen, ...listenedNames(definition), filters: definition.filters }, warnings);
}

/** The node, with the reason for its darkness if redaction withholds what it listens for. */
function marked(node: Node, listen: EventBinding, warnings: Warning[]): readonly [Node, EventBinding] {
  const unkept = listen.names.filter(unkeptName), never = listen.filters.find((filter) => filter.unkept !== undefined);
  if (unkept.length > 0)
    warnings.push({ code: "unkept", where: `node ${node.id || node.uuid}`, text: `Redaction lets through no event that is called ${unkept.map((name) => `“${name}”`).join(", ")}: it looks personal, or is cut.` });
  const gone = "no event that is called so is kept as it is: the name looks personal, or is cut";
  const asked = never === undefined ? "" : `its filter asks for “${never.property}”, which is not kept here: ${never.unkept ?? ""}`;
  return [{ ...node, dark: unkept.length === listen.names.length ? gone : asked }, listen];
}
