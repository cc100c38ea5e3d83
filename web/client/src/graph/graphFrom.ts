/** Makes a graph from DagNet's own plain objects, without any file or YAML. */
import type { Graph, Warning } from "@dagnet-realtime/engine/wire.gen";
import { DefinitionIndex } from "./definitions.ts";
import { asText, type Fields, firstText, isFields, UnreadableFile } from "./fields.ts";
import { readGraph } from "./graph.ts";

/** Definitions or node files: by id, or as a list that each one's own `id` finds. An entry may be
 * one of DagNet's registry, `{ fileId, data }`, under its file id (`event-…`, `node-…`) or in a
 * list; those of other kinds are passed over.
 */
export type Definitions = Readonly<Record<string, unknown>> | readonly unknown[] | ReadonlyMap<string, unknown>;

/** DagNet's objects as its editor holds them. */
export interface GraphInput {
  /** The graph, as its JSON file holds it. */
  readonly graph: unknown;
  readonly events?: Definitions | null;
  readonly nodes?: Definitions | null;
  /** What the graph is called in links and logs, and at a server; its own name by default. */
  readonly name?: string;
}

/** The graph, and what its author should know. What is no graph at all has no nodes. */
export interface GraphResult {
  readonly graph: Graph;
  readonly warnings: readonly Warning[];
}

/** Definitions of one kind read at most; the largest real workspace has some hundred. */
const DEFINITION_LIMIT = 20_000;
/** Broken definitions named one by one. */
const NAMED_LIMIT = 20;

/** Never throws. The objects are not kept, and not written into. */
export function graphFrom(input: GraphInput): GraphResult {
  const { graph, events, nodes, name } = (input as Partial<GraphInput> | null | undefined) ?? {};
  const warnings: Warning[] = [];
  const file = `graphs/${(asText(name) || own(graph)).replaceAll("/", "-")}.json`;
  try {
    const trees = new Map([...definitions("event", events, warnings), ...definitions("node", nodes, warnings)]);
    const read = readGraph(file, graph, new DefinitionIndex(trees));
    const homeless = read.nodes.filter(({ x }) => x === null).length;
    if (homeless > 0) warnings.push({ code: "no_layout", where: "nodes", text: `${homeless} of ${read.nodes.length} nodes have no position.` });
    return { graph: read, warnings: [...read.warnings, ...warnings] };
  } catch (error) {
    // An object may be a proxy, or have properties that throw.
    const why = error instanceof UnreadableFile ? error.message : "cannot be read: reading it fails";
    return { graph: nothing(file), warnings: [{ code: "unreadable", where: "graph", text: `What was given ${why}.` }, ...warnings] };
  }
}

function own(graph: unknown): string {
  try {
    return (isFields(graph) && firstText(graph, "name", "id")) || "graph";
  } catch {
    return "graph";
  }
}

function nothing(file: string): Graph {
  const name = file.slice("graphs/".length, -".json".length);
  return { name, file, version: "", title: name, nodes: [], edges: [], listens: [], postits: [], containers: [], warnings: [] };
}

/** Pairs of a path, as in a repository, and what stands there. */
function definitions(kind: "event" | "node", given: unknown, warnings: Warning[]): readonly [string, Fields][] {
  const found = new Map<string, Fields>();
  const broken: string[] = [];
  let count = 0;
  const prefix = `${kind}-`;
  for (const [place, value] of entries(given)) {
    const file = isFields(value) && typeof value["fileId"] === "string" ? value["fileId"] : "";
    if (file !== "" && !file.startsWith(prefix)) continue;
    if ((count += 1) > DEFINITION_LIMIT) break;
    const key = file || place;
    const one = isFields(value) && (file !== "" || (isFields(value["data"]) && !("id" in value))) ? value["data"] : value;
    const itself = isFields(one) ? firstText(one, "id") : "";
    const id = typeof key === "number" ? itself : key.startsWith(prefix) && itself !== key ? key.slice(prefix.length) : key;
    if (!isFields(one) || id === "") broken.push(typeof key === "number" ? `${kind}s[${key}]` : `${kind}s.${key.slice(0, 100)}`);
    else if (!found.has(`${kind}s/${id}.yaml`)) found.set(`${kind}s/${id}.yaml`, one);
  }
  for (const where of broken.slice(0, NAMED_LIMIT)) warnings.push({ code: "definition_broken", where, text: "This is no object with an id, and is left out." });
  if (broken.length > NAMED_LIMIT) warnings.push({ code: "definition_broken", where: `${kind}s`, text: `${broken.length - NAMED_LIMIT} more are no objects with an id, and are left out.` });
  if (count > DEFINITION_LIMIT) warnings.push({ code: "too_many", where: `${kind}s`, text: `Only the first ${DEFINITION_LIMIT} are read.` });
  return [...found];
}

function entries(given: unknown): Iterable<readonly [string | number, unknown]> {
  if (Array.isArray(given)) return given.entries();
  if (given instanceof Map) return [...(given as Map<unknown, unknown>)].map(([key, value]) => [String(key), value] as const);
  return isFields(given) ? Object.entries(given) : [];
}
