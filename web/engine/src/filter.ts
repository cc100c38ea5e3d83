/** The viewer's filter: its syntax and its evaluation (rules FIL-1 to FIL-9). */
import { casefold, elements } from "./matching.ts";
import { isProblem, type Problem, problem } from "./problem.ts";
import type { FrameEvent, Node } from "./wire.gen.ts";

// Syntax: words, keys, operators, quotes and commas (rules FIL-1, FIL-2, FIL-8).

/** How a term of a filter compares: equals, contains, less, more, at most, at least, is set. Each
 * is a sign: words and values end at it (`PIECE`, `PLAIN`), `TermTest` says what it asks.
 */
export type Operator = ":" | "~" | "<" | ">" | "<=" | ">=" | "?";
const MOST_TERMS = 20;
const MOST_CHARACTERS = 500;
const PIECE = /"((?:[^"\\]|\\.)*)"|([<>]=|[:~<>?])|(,)|([^ \t\r\n"<>:~?,]+)|(")/gsu;
const PLAIN = /^[^ \t\r\n"<>:~?,\\-][^ \t\r\n"<>:~?,\\]*$/u;
/** The same four in both languages; their own ideas of white space differ. */
const SPACE = " \t\r\n";

/** One term as it was written: `key` is null for a bare word; `number` counts from 1. */
export interface Written {
  readonly number: number;
  readonly text: string;
  readonly negated: boolean;
  readonly key: string | null;
  readonly operator: Operator;
  readonly values: readonly string[];
}

interface Piece {
  readonly kind: "text" | "operator" | "comma" | "broken";
  readonly part: string;
  readonly end: number;
}

/** Splits a filter into its terms, or says which cannot be read and why. */
export function readTerms(text: string): Written[] | Problem {
  const length = Array.from(text).length;
  if (length > MOST_CHARACTERS) return refusal(`it has ${length} characters, and ${MOST_CHARACTERS} are the most`);
  const written: Written[] = [];
  for (let at = 0; at < text.length; ) {
    if (SPACE.includes(text.charAt(at))) { at += 1; continue; }
    const end = endOf(text, at);
    const term = readTerm(written.length + 1, text.slice(at, end));
    if (isProblem(term)) return term;
    written.push(term);
    at = end;
  }
  if (written.length > MOST_TERMS) return refusal(`it has ${written.length} terms, and ${MOST_TERMS} are the most`);
  return written;
}

/** `text` as a value: plain if that reads back, else in double quotes. */
export function quote(text: string): string {
  return PLAIN.test(text) ? text : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** `number` is the term's, from 1; 0 speaks of the whole filter. */
export function refusal(why: string, number = 0, text = ""): Problem {
  return problem("invalid", "The filter cannot be read", number ? `Term ${number}, \`${text}\`: ${why}` : `The filter: ${why}`);
}

/** Where the term that begins at `at` ends: at white space outside quotes. */
function endOf(text: string, from: number): number {
  let at = from;
  while (at < text.length && !SPACE.includes(text.charAt(at))) {
    const piece = pieceAt(text, at);
    if (piece?.kind === "broken") return text.length;
    at = piece?.end ?? at + 1;
  }
  return at;
}

function pieceAt(text: string, at: number): Piece | null {
  const pattern = new RegExp(PIECE.source, "syu");
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? null : piece(found);
}

function piece(found: RegExpExecArray): Piece {
  const end = found.index + found[0].length;
  if (found[5] !== undefined) return { kind: "broken", part: "", end };
  if (found[3] !== undefined) return { kind: "comma", part: "", end };
  if (found[2] !== undefined) return { kind: "operator", part: found[2], end };
  return { kind: "text", part: found[4] ?? (found[1] ?? "").replace(/\\(.)/gsu, "$1"), end };
}

function readTerm(number: number, text: string): Written | Problem {
  const negated = text.startsWith("-");
  const pieces = [...(negated ? text.slice(1) : text).matchAll(PIECE)].map(piece);
  if (pieces.length === 0) return refusal("there is nothing after the minus sign", number, text);
  if (pieces.some((one) => one.kind === "broken")) return refusal("a double quote is not closed", number, text);
  const at = pieces.findIndex((one) => one.kind === "operator");
  const sign = pieces[at];
  if (sign === undefined) return readValues(number, text, negated, null, ":", pieces);
  if (pieces.slice(0, at).some((one) => one.kind === "comma")) return refusal("a comma stands before the key ends", number, text);
  const key = pieces.slice(0, at).map((one) => one.part).join("");
  if (key === "") return refusal("the key before the sign is missing", number, text);
  const rest = pieces.slice(at + 1);
  const operator = sign.part as Operator;
  if (operator !== "?") return readValues(number, text, negated, key, operator, rest);
  if (rest.length > 0) return refusal("nothing may follow the question mark", number, text);
  return { number, text, negated, key, operator, values: [] };
}

/** Values between commas; adjoining pieces are one value, so that `10:30` and `a"b c` read as they
 * look.
 */
function readValues(number: number, text: string, negated: boolean, key: string | null, operator: Operator, pieces: readonly Piece[]): Written | Problem {
  const values: (string | null)[] = [null];
  for (const one of pieces)
    if (one.kind === "comma") values.push(null);
    else values[values.length - 1] = (values.at(-1) ?? "") + one.part;
  const found = values.filter((value): value is string => value !== null);
  if (found.length < values.length) return refusal("a value is missing", number, text);
  return { number, text, negated, key, operator, values: found };
}

// Evaluation: whether a parsed filter passes an event (rules FIL-3 to FIL-7, FIL-9).

const KEYS = ["type", "event", "node", "source", "trace", "is"] as const;
const TYPES = ["track", "page", "screen", "identify", "group", "alias", "delete"];
const FLAGS = ["late", "replayed", "violation", "repeat", "partial", "unmapped", "mapped", "test"];
/** Characters of a token below which half the traces would match. */
const SHORTEST_PREFIX = 4;
const LONGEST_NUMBER = 40;
const NUMBER = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

/** What a filter reads; rows of the buffer and events on the wire both have this shape. */
export type Seeable = Pick<FrameEvent, "type" | "name" | "source" | "traces" | "nodes" | "properties" | "flags">;

/** One condition; `values` are alternatives, `path` is the property's. */
export interface Term {
  readonly key: (typeof KEYS)[number] | "word" | "property";
  readonly path: string;
  readonly operator: Operator;
  readonly values: readonly string[];
  readonly negated: boolean;
}

/** Terms that must all hold; none lets everything through. */
export interface ViewFilter {
  readonly terms: readonly Term[];
}

/** Lets everything through. */
export const EVERYTHING: ViewFilter = { terms: [] };

/** Reads a filter, or says which term cannot be read and why. */
export function parseFilter(text: string): ViewFilter | Problem {
  const written = readTerms(text);
  if (isProblem(written)) return written;
  const terms = new Map<string, Term>();
  for (const one of written) {
    const term = toTerm(one);
    if (isProblem(term)) return term;
    terms.set(printTerm(term), term);
  }
  return { terms: [...terms.keys()].sort(byCodePoint).map((key) => terms.get(key)).filter((term) => term !== undefined) };
}

/** The filter's one canonical text. */
export function printFilter(filter: ViewFilter): string {
  return filter.terms.map(printTerm).join(" ");
}

/** The property paths that it reads. */
export function filterPaths(filter: ViewFilter): ReadonlySet<string> {
  return new Set(filter.terms.filter((term) => term.key === "property").map((term) => term.path));
}

/** The filter with node ids and labels replaced by uuids; what no node answers to stays, and
 * matches nothing.
 */
export function resolveFilter(filter: ViewFilter, nodes: readonly Pick<Node, "uuid" | "id" | "label">[]): ViewFilter {
  const uuids = (value: string) => {
    const found = nodes.filter((node) => value !== "" && [node.uuid, node.id, node.label].includes(value)).map((node) => node.uuid);
    return found.length > 0 ? found : [value];
  };
  return { terms: filter.terms.map((term) => (term.key === "node" ? { ...term, values: sortedUnique(term.values.flatMap(uuids)) } : term)) };
}

/** Filters are read once and asked of every event. */
const tests = new WeakMap<ViewFilter, FilterTest>();

/** Whether the view shows an event. */
export function passes(filter: ViewFilter, event: Seeable): boolean {
  return testOf(filter).passes(event);
}

/** What `passes` asks of each event, for those who ask one filter often. */
export function testOf(filter: ViewFilter): FilterTest {
  let test = tests.get(filter);
  if (test === undefined) tests.set(filter, (test = new FilterTest(filter)));
  return test;
}

/** A filter as it is asked of events. Classes, not functions made for each term: an engine compiles
 * a method once for all filters, and a function that was made anew each time anew. */
export class FilterTest {
  private readonly terms: readonly TermTest[];

  constructor(filter: ViewFilter) {
    this.terms = filter.terms.map((term) => new TermTest(term));
  }

  passes(event: Seeable): boolean {
    // By index: an engine may make objects of a `for … of`, and this runs once an event.
    for (let n = 0; n < this.terms.length; n += 1) if (this.terms[n]?.passes(event) === false) return false;
    return true;
  }
}

class TermTest {
  private readonly key: Term["key"];
  private readonly operator: Operator;
  private readonly negated: boolean;
  private readonly values: readonly string[];
  /** The values of a term that compares texts without their case. */
  private readonly parts: readonly string[];
  /** The values of a term that compares numbers. */
  private readonly bounds: readonly number[];
  private readonly path: string;
  private readonly bare: string;

  constructor({ key, path, operator, values, negated }: Term) {
    this.key = key;
    this.operator = operator;
    this.negated = negated;
    this.values = values;
    this.parts = key === "word" || operator === "~" ? values.map(casefold) : [];
    this.bounds = "<>".includes(operator.charAt(0)) ? values.map(Number) : [];
    this.path = path;
    this.bare = path.startsWith("properties.") ? path.slice("properties.".length) : path;
  }

  passes(event: Seeable): boolean {
    return this.holds(event) !== this.negated;
  }

  private holds(event: Seeable): boolean {
    const { values } = this;
    switch (this.key) {
      case "word": return this.contained(event.name);
      case "type": return values.includes(event.type);
      case "event": return values.includes(event.name);
      case "node": {
        for (let n = 0; n < event.nodes.length; n += 1) if (values.includes(event.nodes[n] ?? "")) return true;
        return false;
      }
      case "source": return values.includes(event.source);
      case "trace": return event.traces.some(({ token }) => values.some((value) => token.startsWith(value)));
      case "is": return values.some((value) => hasFlag(event, value));
      case "property": return this.property(event.properties);
    }
  }

  private property(properties: Seeable["properties"]): boolean {
    const path = Object.hasOwn(properties, this.path) ? this.path : this.bare;
    if (!Object.hasOwn(properties, path)) return false;
    const value = properties[path];
    if (value === undefined || value === null) return false;
    return typeof value === "object" ? elements(value).some((item) => item !== null && this.value(item)) : this.value(value);
  }

  /** What the term asks of one value of its property that is not null. */
  private value(item: string | number | boolean): boolean {
    const { operator } = this;
    switch (operator) {
      case "?": return true;
      case ":": return this.values.includes(String(item));
      case "~": return this.contained(String(item));
      case "<": case ">": case "<=": case ">=": {
        const number = numberOf(item);
        if (number === null) return false;
        for (let n = 0; n < this.bounds.length; n += 1) if (compares(number, operator, this.bounds[n] ?? NaN)) return true;
        return false;
      }
    }
  }

  private contained(text: string): boolean {
    const folded = casefold(text);
    return this.parts.some((part) => folded.includes(part));
  }
}

function hasFlag(event: Seeable, value: string): boolean {
  if (value === "mapped" || value === "unmapped") return event.nodes.length > 0 === (value === "mapped");
  const flag = value === "repeat" ? "maybe_repeat" : value;
  return event.flags.some((one) => one === flag);
}

function compares(number: number, operator: "<" | ">" | "<=" | ">=", bound: number): boolean {
  switch (operator) {
    case "<": return number < bound;
    case ">": return number > bound;
    case "<=": return number <= bound;
    case ">=": return number >= bound;
  }
}

/** A value as a number, null if it is none; truth values are none. */
function numberOf(item: string | number | boolean): number | null {
  if (typeof item === "number" && Number.isFinite(item)) return item;
  return typeof item === "boolean" ? null : asNumber(String(item));
}

/** The number that `text` writes plainly or with an exponent, else null. */
function asNumber(text: string): number | null {
  const number = text.length <= LONGEST_NUMBER && NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : null;
}

function toTerm(written: Written): Term | Problem {
  const wrong = (why: string) => refusal(why, written.number, written.text);
  const { negated, operator, values } = written;
  if (written.key === null) return { key: "word", path: "", operator: ":", values: sortedUnique(values), negated };
  const key = KEYS.find((one) => one === written.key);
  if (key === undefined) {
    const odd = "<>".includes(operator.charAt(0)) ? values.find((value) => asNumber(value) === null) : undefined;
    if (odd !== undefined) return wrong(`\`${odd}\` is not a number`);
    return { key: "property", path: written.key, operator, values: sortedUnique(values), negated };
  }
  if (operator !== ":") return wrong(`\`${key}\` takes a colon, as in \`${key}:…\``);
  for (const value of values) {
    if (key === "type" && !TYPES.includes(value)) return wrong(`there is no type \`${value}\`; the types are ${TYPES.join(", ")}`);
    if (key === "is" && !FLAGS.includes(value)) return wrong(`nothing can be \`${value}\`; an event can be ${FLAGS.join(", ")}`);
    if (key === "trace" && Array.from(value).length < SHORTEST_PREFIX) return wrong(`a trace needs at least ${SHORTEST_PREFIX} characters`);
  }
  return { key, path: "", operator, values: sortedUnique(values), negated };
}

function printTerm(term: Term): string {
  const values = term.values.map(quote).join(",");
  const sign = term.negated ? "-" : "";
  if (term.key === "word") return sign + values;
  return `${sign}${term.key === "property" ? quote(term.path) : term.key}${term.operator}${values}`;
}

function sortedUnique(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort(byCodePoint);
}

/** Sorts by code point, as Python does; JavaScript's own order goes by UTF-16 unit. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a), right = Array.from(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
