/** What a viewer asked to see: a parsed filter that says yes or no to an event (rules FIL-3 to FIL-7, FIL-9). */
import { type Operator, type Written, quote, readTerms, refusal } from "./filtertext.ts";
import { fold } from "./fold.ts";
import { elements } from "./matching.ts";
import { type Problem, isProblem } from "./problem.ts";
import type { CarriedEvent, Node } from "./wire.gen.ts";

const KEYS = ["type", "event", "node", "source", "trace", "is"] as const;
const TYPES = ["track", "page", "screen", "identify", "group", "alias", "delete"];
const FLAGS = ["late", "replayed", "violation", "repeat", "partial", "unmapped", "mapped", "test"];
/** Characters of a token below which half the traces would match. */
const SHORTEST_PREFIX = 4;
const LONGEST_NUMBER = 40;
const NUMBER = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

/** What a filter looks at; rows of the ring and events on the wire are both of this shape. */
export type Seeable = Pick<CarriedEvent, "type" | "name" | "source" | "traces" | "nodes" | "properties" | "flags">;

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

/** The filter with node ids and labels replaced by uuids; what no node answers to stays, and matches nothing. */
export function resolveFilter(filter: ViewFilter, nodes: readonly Pick<Node, "uuid" | "id" | "label">[]): ViewFilter {
  const uuids = (value: string) => {
    const found = nodes.filter((node) => value !== "" && [node.uuid, node.id, node.label].includes(value)).map((node) => node.uuid);
    return found.length > 0 ? found : [value];
  };
  return { terms: filter.terms.map((term) => (term.key === "node" ? { ...term, values: many(term.values.flatMap(uuids)) } : term)) };
}

/** Whether the view shows an event. */
export function passes(filter: ViewFilter, event: Seeable): boolean {
  return filter.terms.every((term) => found(term, event) !== term.negated);
}

function found(term: Term, event: Seeable): boolean {
  const { values } = term;
  switch (term.key) {
    case "word": { const name = fold(event.name); return values.some((value) => name.includes(fold(value))); }
    case "type": return values.includes(event.type);
    case "event": return values.includes(event.name);
    case "node": return event.nodes.some((node) => values.includes(node));
    case "source": return values.includes(event.source);
    case "trace": return event.traces.some((trace) => values.some((value) => trace.token.startsWith(value)));
    case "is": return values.some((value) => is(event, value));
    case "property": return property(term, event);
  }
}

function is(event: Seeable, value: string): boolean {
  if (value === "mapped" || value === "unmapped") return event.nodes.length > 0 === (value === "mapped");
  const flag = value === "repeat" ? "maybe_repeat" : value;
  return event.flags.some((one) => one === flag);
}

function property(term: Term, event: Seeable): boolean {
  const bare = term.path.startsWith("properties.") ? term.path.slice("properties.".length) : term.path;
  const path = Object.hasOwn(event.properties, term.path) ? term.path : bare;
  if (!Object.hasOwn(event.properties, path)) return false;
  const held = elements(event.properties[path]).filter((item) => item !== null);
  if (term.operator === "?") return held.length > 0;
  if (term.operator === ":") return held.some((item) => term.values.includes(String(item)));
  if (term.operator === "~") return held.some((item) => term.values.some((value) => fold(String(item)).includes(fold(value))));
  return held.some((item) => {
    const number = typeof item === "boolean" ? null : asNumber(String(item));
    return number !== null && term.values.some((value) => compare(number, term.operator, Number(value)));
  });
}

function compare(number: number, operator: Operator, bound: number): boolean {
  return operator === ">" ? number > bound : operator === ">=" ? number >= bound : operator === "<" ? number < bound : number <= bound;
}

/** The number that `text` writes plainly or with an exponent, else null. */
function asNumber(text: string): number | null {
  const number = text.length <= LONGEST_NUMBER && NUMBER.test(text) ? Number(text) : NaN;
  return Number.isFinite(number) ? number : null;
}

function toTerm(written: Written): Term | Problem {
  const wrong = (why: string) => refusal(why, written.number, written.text);
  const { negated, operator, values } = written;
  if (written.key === null) return { key: "word", path: "", operator: ":", values: many(values), negated };
  const key = KEYS.find((one) => one === written.key);
  if (key === undefined) {
    const odd = "<>".includes(operator.charAt(0)) ? values.find((value) => asNumber(value) === null) : undefined;
    if (odd !== undefined) return wrong(`\`${odd}\` is not a number`);
    return { key: "property", path: written.key, operator, values: many(values), negated };
  }
  if (operator !== ":") return wrong(`\`${key}\` takes a colon, as in \`${key}:…\``);
  for (const value of values) {
    if (key === "type" && !TYPES.includes(value)) return wrong(`there is no type \`${value}\`; the types are ${TYPES.join(", ")}`);
    if (key === "is" && !FLAGS.includes(value)) return wrong(`nothing can be \`${value}\`; an event can be ${FLAGS.join(", ")}`);
    if (key === "trace" && Array.from(value).length < SHORTEST_PREFIX) return wrong(`a trace needs at least ${SHORTEST_PREFIX} characters`);
  }
  return { key, path: "", operator, values: many(values), negated };
}

function printTerm(term: Term): string {
  const values = term.values.map(quote).join(",");
  const sign = term.negated ? "-" : "";
  if (term.key === "word") return sign + values;
  return `${sign}${term.key === "property" ? quote(term.path) : term.key}${term.operator}${values}`;
}

function many(values: readonly string[]): readonly string[] {
  return [...new Set(values)].sort(byCodePoint);
}

/** As Python sorts: by code point, where JavaScript's own order goes by UTF-16 unit. */
function byCodePoint(a: string, b: string): number {
  const left = Array.from(a), right = Array.from(b);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
