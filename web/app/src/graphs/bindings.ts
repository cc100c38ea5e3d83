/** Everything of a workspace that nodes refer to: event definitions, node files and the indexes that find them. */
import { type Definition, namesAnything, readDefinition } from "./definitions.ts";
import { type Fields, isFields, record, rows, text } from "./fields.ts";
import { safePath, stem } from "./paths.ts";

/** One entry of an index: `path` is null where it names no file that may be read. */
export interface Row {
  readonly id: string;
  readonly path: string | null;
  readonly named: string;
  readonly eventId: string;
}

/** The entries of `events-index.yaml` or `nodes-index.yaml`, by id; the first of equal ids wins. */
export function indexRows(tree: unknown, kind: "events" | "nodes"): ReadonlyMap<string, Row> {
  const found = new Map<string, Row>();
  for (const item of rows(record(tree)[kind])) {
    const source = record(item);
    const id = text(source["id"]), named = text(source["file_path"], 512);
    if (id !== "" && !found.has(id)) found.set(id, { id, path: safePath(named), named, eventId: text(source["event_id"]) });
  }
  return found;
}

/** Finds definitions and node files; `trees` maps paths to trees of the YAML files that could be read. */
export class Bindings {
  readonly events: ReadonlyMap<string, Row>;
  readonly nodes: ReadonlyMap<string, Row>;
  readonly #trees: ReadonlyMap<string, unknown>;

  constructor(trees: ReadonlyMap<string, unknown>) {
    this.#trees = trees;
    this.events = indexRows(trees.get("events-index.yaml"), "events");
    this.nodes = indexRows(trees.get("nodes-index.yaml"), "nodes");
  }

  /** The definition of `eventId`: in the file its index entry names, in its own file, in the file of node `nodeId`; else null. */
  definition(eventId: string, nodeId: string): Definition | null {
    const path = this.#find(this.events, "events", eventId);
    if (path !== null) return readDefinition(eventId, path, record(this.#trees.get(path)));
    const [file, source] = this.nodeFile(nodeId);
    return namesAnything(source) ? readDefinition(eventId, file, source) : null;
  }

  /** The path and tree of the node's own file; empty where it has none. */
  nodeFile(nodeId: string): readonly [string, Fields] {
    const path = nodeId === "" ? null : this.#find(this.nodes, "nodes", nodeId);
    return path === null ? ["", {}] : [path, record(this.#trees.get(path))];
  }

  /** All files under `events/`, and the event id that each is found by. */
  definitionFiles(): ReadonlyMap<string, string> {
    const listed = new Map<string, string>();
    for (const row of this.events.values()) if (row.path !== null && !listed.has(row.path)) listed.set(row.path, row.id);
    const paths = [...this.#trees.keys()].filter((path) => path.startsWith("events/"));
    return new Map(paths.map((path) => [path, listed.get(path) ?? stem(path)]));
  }

  /** The file's own fields; empty where there is no such file. */
  tree(path: string): Fields {
    return record(this.#trees.get(path));
  }

  /** Whether the file was there and could be read. */
  has(path: string): boolean {
    return this.#trees.has(path);
  }

  #find(index: ReadonlyMap<string, Row>, folder: string, id: string): string | null {
    const tries = [index.get(id)?.path ?? "", `${folder}/${id}.yaml`, `${folder}/${id}.yml`];
    return tries.find((path) => isFields(this.#trees.get(path))) ?? null;
  }
}
