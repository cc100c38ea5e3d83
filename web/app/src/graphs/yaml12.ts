/** YAML with the scalars of YAML 1.2's core schema, bounded in depth and size, never more than plain values. */
import { Alias, Composer, type CST, type Document, isMap, isScalar, isSeq, Lexer, Parser } from "yaml";
import { Unreadable } from "./unreadable.ts";

/** Levels; real files have four. */
const DEPTH_LIMIT = 64;
/** Open tokens of the parser a level may take. The parser must not go deeper than it can unwind: its recursion can end the whole page. */
const TOKENS_A_LEVEL = 3;
/** Values once aliases are written out; stops documents that multiply themselves. */
const VALUE_LIMIT = 100_000;

interface Sized {
  readonly value: unknown;
  readonly size: number;
}

/** The first document as records, lists and scalars, the last of equal keys winning; null where there is none. Throws `Unreadable`. */
export function loadYaml(source: string): unknown {
  try {
    const options = { version: "1.2", schema: "core", uniqueKeys: false, merge: false, strict: false, logLevel: "silent" } as const;
    for (const document of new Composer(options).compose(tokens(source))) return plain(document);
    return null;
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(error instanceof RangeError ? "is nested too deeply" : "is not YAML that can be read");
  }
}

/** The tokens of `source`, as far as they are nested within bounds. */
function* tokens(source: string): Generator<CST.Token, void> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(source)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > TOKENS_A_LEVEL * DEPTH_LIMIT) throw new Unreadable(`is nested more than ${DEPTH_LIMIT} levels deep`);
  }
  yield* parser.end();
}

function plain(document: Document): unknown {
  const wrong = document.errors[0];
  if (wrong !== undefined) throw new Unreadable(`is not YAML: ${wrong.message.split("\n")[0] ?? ""}`);
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
    if (depth === DEPTH_LIMIT) throw new Unreadable(`is nested more than ${DEPTH_LIMIT} levels deep`);
    this.#known.set(node, null);
    let size = 1;
    const part = (one: unknown): unknown => {
      const found = this.take(one, depth + 1);
      size += found.size;
      if (size > VALUE_LIMIT) throw new Unreadable(`stands for more than ${VALUE_LIMIT} values`);
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
    if (found === undefined || found === null) throw new Unreadable(`is not YAML: the alias *${node.source} refers to nothing that is complete`);
    return found;
  }

  #keep(node: unknown, found: Sized): Sized {
    this.#known.set(node, found);
    return found;
  }
}
