/** Matching: the names that an event may have, and the nodes that it lights (rules MAT-1 to 5). */
import type { FrameEvent, Filter, EventBinding } from "./wire.gen.ts";

// Casefolding as Python's `casefold`, as far as JavaScript's tables reach.

/** The dotless i is its own fold; everything else folds by way of its capital, so that `ß` equals
 * `ss` and every sigma is one.
 */
export function casefold(text: string): string {
  if (!/[^\x20-\x7e]/.test(text)) return text.toLowerCase();
  return text.split("ı").map((part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ")).join("ı");
}

// Names: those that a Segment message may be known by, and the one that is shown (rule MAT-1).

const TYPE_WORDS: Readonly<Record<string, string>> = { page: "Page", screen: "Screen" };

/** Message types that identify a person: no node can listen for them, and they are counted apart.
 */
export const IDENTITY_TYPES: ReadonlySet<string> = new Set(["identify", "group", "alias", "delete"]);

/** Shown name of a `track` without an event, so that it is not mistaken for one called “track”. */
export const NAMELESS = "(track without a name)";

type Text = string | null | undefined;

/** The names that matching tries, in order, without repeats: a `track` is its event, a `page` or
 * `screen` its name, category with name, and what Segment's libraries derive from them. Other
 * types have none.
 */
export function candidateNames(type: string, event: Text, name: Text, category: Text): readonly string[] {
  if (type === "track") return event ? [event] : [];
  const word = TYPE_WORDS[type];
  if (word === undefined) return [];
  const full = joined(name, category);
  const tries: Text[] = [name, full];
  for (const part of [full, name, category]) if (part) tries.push(`Viewed ${part} ${word}`, `Viewed ${part}`);
  tries.push(`Loaded a ${word}`);
  return [...new Set(tries.filter((text): text is string => Boolean(text)))];
}

/** The shown name; one of the candidate names if there are any. */
export function shownName(type: string, event: Text, name: Text, category: Text): string {
  if (type === "track") return event || NAMELESS;
  const word = TYPE_WORDS[type];
  if (word === undefined) return type;
  const full = joined(name, category);
  return full ? `Viewed ${full} ${word}` : `Loaded a ${word}`;
}

function joined(name: Text, category: Text): string {
  return [category, name].filter(Boolean).join(" ");
}

// Matching table: exact names first, then the filters of the event definition (rules MAT-3
// and MAT-5).

/** Replaces a value that looked personal; then the number of list items and of characters that
 * redaction keeps.
 */
export const REDACTED = "[redacted]";
const MAX_LIST = 20;
const MAX_TEXT = 256;

/** The properties that an event carries, by name. */
export type Properties = FrameEvent["properties"];
/** The value of one property. */
export type Value = Properties[string];

/** One test of a filter on one property. */
export interface Condition {
  readonly path: string;
  readonly user: boolean;
  readonly negative: boolean;
  readonly substring: boolean;
  readonly wanted: readonly string[];
  /** The filter's values, as they are shown. */
  readonly values: readonly string[];
  /** Why it can never hold, "" if it can. */
  readonly unkept: string;
}

/** What a node listens for: names, with conditions on properties. */
export interface NodeBinding {
  readonly order: number;
  readonly node: string;
  readonly conditions: readonly Condition[];
}

/** The matching table of one graph: who listens for each name. */
export interface Table {
  readonly bindings: ReadonlyMap<string, readonly NodeBinding[]>;
  /** The names listened for, by their text without regard to case. */
  readonly folded: ReadonlyMap<string, readonly string[]>;
}

/** Makes the table of a graph's `listens`. */
export function createTable(listens: readonly EventBinding[]): Table {
  const bindings = new Map<string, NodeBinding[]>();
  const order = new Map<string, number>();
  for (const listen of listens) {
    const position = order.get(listen.node) ?? order.size;
    order.set(listen.node, position);
    const conditions = listen.filters.map(condition);
    for (const name of new Set(listen.names)) {
      const here = bindings.get(name);
      if (here === undefined) bindings.set(name, [{ order: position, node: listen.node, conditions }]);
      else here.push({ order: position, node: listen.node, conditions });
    }
  }
  const folded = new Map<string, string[]>();
  for (const name of bindings.keys()) folded.set(casefold(name), [...(folded.get(casefold(name)) ?? []), name]);
  return { bindings, folded };
}

/** The uuids of the nodes that an event lights, in graph order, each once. Properties and traits
 * are flat, keyed by the filters' paths.
 */
export function match(table: Table, names: readonly string[], properties: Properties, traits: Properties): readonly string[] {
  const lit = new Map<string, number>();
  for (const name of names)
    for (const one of table.bindings.get(name) ?? [])
      if (!lit.has(one.node) && one.conditions.every((each) => holds(each, ownValue(each.user ? traits : properties, each.path)))) lit.set(one.node, one.order);
  return [...lit].sort((a, b) => a[1] - b[1]).map(([node]) => node);
}

/** Whether any node listens for any of `names`, filters aside. */
export function listensTo(table: Table, names: readonly string[]): boolean {
  return names.some((name) => table.bindings.has(name));
}

/** The value at `path`, never one that every object has. */
export function ownValue(properties: Properties, path: string): Value | undefined {
  return Object.hasOwn(properties, path) ? properties[path] : undefined;
}

/** A list's elements; a single value is a list of one. */
export function elements(value: Value | undefined): readonly (string | number | boolean | null)[] {
  return value === undefined ? [] : typeof value === "object" && value !== null ? value : [value];
}

function condition(filter: Filter): Condition {
  const substring = filter.operator === "contains" || filter.operator === "does not contain";
  const negative = filter.operator === "is not" || filter.operator === "does not contain" || filter.operator === "is not any of";
  // What redaction may have made of an unwanted value is not known to be another.
  const wanted = negative ? [...filter.values, REDACTED, ...(filter.unsure ?? [])] : filter.values;
  return {
    path: filter.property,
    user: filter.property_type === "user",
    negative,
    substring,
    wanted: substring ? wanted.map(casefold) : wanted,
    values: substring ? filter.values.map(casefold) : filter.values,
    unkept: filter.unkept ?? "",
  };
}

/** Whether `value` (undefined if the event has none) satisfies a condition; any element of a list
 * may. A value that redaction may have changed or cut satisfies no negative condition.
 */
export function holds(one: Condition, value: Value | undefined): boolean {
  if (one.unkept !== "") return false;
  for (const item of elements(value)) {
    if (item === null) continue;
    const text = one.substring ? casefold(String(item)) : String(item);
    if (one.substring ? one.wanted.some((needle) => text.includes(needle)) : one.wanted.includes(text)) return !one.negative;
  }
  return one.negative && !wasCut(value, one.substring);
}

/** Whether redaction may have left out a part of `value`. A text counts by its characters, as the
 * server does, which looks at texts of `contains` alone.
 */
function wasCut(value: Value | undefined, substring: boolean): boolean {
  const items = elements(value), listed = typeof value === "object" && value !== null;
  return (listed && items.length >= MAX_LIST) || ((substring || listed) && items.some((item) => typeof item === "string" && item.endsWith("…") && Array.from(item).length === MAX_TEXT));
}
