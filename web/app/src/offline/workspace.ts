/** Loads all graphs of a workspace from the texts of its files, as the server does. */
import { consistencyWarnings } from "@dagnet-realtime/client/graph/consistency";
import { DefinitionIndex, indexRows } from "@dagnet-realtime/client/graph/definitions";
import { inFolder, isFields, UnreadableFile, wellFormed } from "@dagnet-realtime/client/graph/fields";
import { readGraph } from "@dagnet-realtime/client/graph/graph";
import type { Graph, Warning } from "@dagnet-realtime/engine/wire.gen";
import { Alias, Composer, type CST, type Document, isMap, isScalar, isSeq, Lexer, Parser } from "yaml";

/** One file, by its path relative to the workspace's folder with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A file that could not be read at all, and why; its neighbours are unharmed. */
export interface FileError {
  readonly file: string;
  readonly text: string;
}

/** All graphs of a workspace. `needed` are the property and trait paths that their filters read. */
export interface Catalogue {
  readonly graphs: ReadonlyMap<string, Graph>;
  readonly errors: readonly FileError[];
  readonly needed: readonly string[];
  readonly warnings: readonly Warning[];
}

const INDEXES = [["events-index.yaml", "events"], ["nodes-index.yaml", "nodes"]] as const;
/** Files that are read; real workspaces have tens. */
const FILE_LIMIT = 10_000;

/** Whether a file at `path` is read without being listed in an index; folders are read flat, as
 * DagNet does.
 */
export function wanted(path: string): boolean {
  if (INDEXES.some(([index]) => index === path)) return true;
  return inFolder(path, "graphs", ".json") || inFolder(path, "events", ".yaml", ".yml") || inFolder(path, "nodes", ".yaml", ".yml");
}

/** The catalogue that `files` stand for; never throws. */
export function loadWorkspace(files: readonly SourceFile[]): Catalogue {
  const errors: FileError[] = [];
  const trees = readTrees(new Map(files.slice(0, FILE_LIMIT).map((file) => [file.path, file.text])), errors);
  const bindings = new DefinitionIndex(new Map([...trees].filter(([path]) => !path.endsWith(".json"))));
  const graphs = new Map<string, Graph>();
  for (const [path, tree] of trees)
    if (inFolder(path, "graphs", ".json"))
      attempt(path, errors, () => {
        const graph = readGraph(path, tree, bindings);
        graphs.set(graph.name, graph);
      });
  if (!files.some((file) => inFolder(file.path, "graphs", ".json")) && errors.length === 0)
    errors.push({ file: "graphs", text: "holds no graph files (*.json); give the folder of a DagNet data repository" });
  errors.sort((one, other) => (one.file < other.file ? -1 : one.file > other.file ? 1 : 0));
  const filters = [...graphs.values()].flatMap((graph) => graph.listens.flatMap((listen) => listen.filters));
  const needed = [...new Set(filters.map((filter) => filter.property))].sort();
  return { graphs, errors, needed, warnings: consistencyWarnings(bindings, graphs.values(), !errors.some(({ file }) => file.split("/")[0] === "graphs")) };
}

function readTrees(files: ReadonlyMap<string, string>, errors: FileError[]): ReadonlyMap<string, unknown> {
  const trees = new Map<string, unknown>();
  const take = (paths: readonly string[]): void => {
    for (const path of [...paths].sort())
      attempt(path, errors, () => {
        if (path !== wellFormed(path)) throw new UnreadableFile("has a name that is not UTF-8");
        const tree = parseFile(path, files.get(path) ?? "");
        if (!path.endsWith(".json") && !isFields(tree)) throw new UnreadableFile(tree === null ? "is empty" : "holds no fields by name");
        trees.set(path, tree);
      });
  };
  const indexes = INDEXES.map(([index]) => index as string);
  take(indexes.filter((index) => files.has(index)));
  const listed = new Set(INDEXES.flatMap(([index, kind]) => [...indexRows(trees.get(index), kind).values()].map((row) => row.path)));
  take([...files.keys()].filter((path) => !indexes.includes(path) && (listed.has(path) || wanted(path))));
  return trees;
}

function attempt(path: string, errors: FileError[], read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    errors.push({ file: wellFormed(path), text: error.message });
  }
}

/** Characters; the largest real graphs are below 1 MB, the largest indexes far below. */
const JSON_LIMIT = 5 * 1024 * 1024;
const YAML_LIMIT = 1024 * 1024;
/** Signs of a number at most; its greatest value has 309 digits. */
const LONG_NUMBER = /[-+.\deE]{401}/;

/** The file as records, lists and scalars: JSON if `path` ends in `.json`, else YAML 1.2. Throws
 * `UnreadableFile`.
 */
export function parseFile(path: string, source: string): unknown {
  const limit = path.endsWith(".json") ? JSON_LIMIT : YAML_LIMIT;
  if (source.length > limit) throw new UnreadableFile(`is larger than ${limit / 1024} KB, the most that is read`);
  if (source.includes("\0")) throw new UnreadableFile("holds a NUL byte, so it is not a text file");
  const text = source.startsWith("\ufeff") ? source.slice(1) : source;
  return path.endsWith(".json") ? parseJson(text) : loadYaml(text);
}

function parseJson(text: string): unknown {
  try {
    const tree = JSON.parse(text) as unknown;
    if (LONG_NUMBER.test(text) && LONG_NUMBER.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ""))) throw new UnreadableFile("holds a number that cannot be read");
    return tree;
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile(error instanceof SyntaxError ? `is not JSON: ${error.message}` : "is nested too deeply");
  }
}

/** Levels; real files have four. */
const DEPTH_LIMIT = 64;
/** Open tokens of the parser a level may take. The parser must not go deeper than it can unwind:
 * its recursion can end the whole page.
 */
const TOKENS_A_LEVEL = 3;
/** Values once aliases are written out; stops documents that multiply themselves. */
const VALUE_LIMIT = 100_000;

interface Sized {
  readonly value: unknown;
  readonly size: number;
}

/** The first document as records, lists and scalars, the last of equal keys winning; null if there
 * is none. Throws `UnreadableFile`.
 */
export function loadYaml(source: string): unknown {
  try {
    const options = { version: "1.2", schema: "core", uniqueKeys: false, merge: false, strict: false, logLevel: "silent" } as const;
    for (const document of new Composer(options).compose(tokens(source))) return plain(document);
    return null;
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile(error instanceof RangeError ? "is nested too deeply" : "is not YAML that can be read");
  }
}

/** The tokens of `source`, as far as they are nested within bounds. */
function* tokens(source: string): Generator<CST.Token, void> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(source)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > TOKENS_A_LEVEL * DEPTH_LIMIT) throw new UnreadableFile(`is nested more than ${DEPTH_LIMIT} levels deep`);
  }
  yield* parser.end();
}

function plain(document: Document): unknown {
  const wrong = document.errors[0];
  if (wrong !== undefined) throw new UnreadableFile(`is not YAML: ${wrong.message.split("\n")[0] ?? ""}`);
  return new Walk(document).take(document.contents, 0).value;
}

/** Turns nodes into values; each anchored node once. */
class Walk {
  readonly #document: Document;
  readonly #known = new Map<unknown, Sized | null>();

  constructor(document: Document) {
    this.#document = document;
  }

  take(node: unknown, depth: number): Sized {
    if (node instanceof Alias) return this.#alias(node);
    if (isScalar(node)) return this.#keep(node, { value: node.value ?? null, size: 1 });
    if (!isSeq(node) && !isMap(node)) return { value: null, size: 1 };
    if (depth === DEPTH_LIMIT) throw new UnreadableFile(`is nested more than ${DEPTH_LIMIT} levels deep`);
    this.#known.set(node, null);
    let size = 1;
    const part = (one: unknown): unknown => {
      const found = this.take(one, depth + 1);
      size += found.size;
      if (size > VALUE_LIMIT) throw new UnreadableFile(`stands for more than ${VALUE_LIMIT} values`);
      return found.value;
    };
    if (isSeq(node)) return this.#keep(node, { value: node.items.map(part), size });
    const entries: [string, unknown][] = [];
    for (const pair of node.items) {
      const key = part(pair.key), value = part(pair.value);
      if (typeof key !== "object" || key === null) entries.push([String(key), value]);
    }
    return this.#keep(node, { value: Object.fromEntries(entries), size });
  }

  #alias(node: Alias): Sized {
    const found = this.#known.get(node.resolve(this.#document));
    if (found === undefined || found === null) throw new UnreadableFile(`is not YAML: the alias *${node.source} refers to nothing that is complete`);
    return found;
  }

  #keep(node: unknown, found: Sized): Sized {
    this.#known.set(node, found);
    return found;
  }
}
