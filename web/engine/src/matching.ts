/** Which nodes an event lights: exact names first, then the filters of the event definition (rules MAT-3 to MAT-8). */
import { fold } from "./fold.ts";
import type { CarriedEvent, Filter, Listen } from "./wire.gen.ts";

/** What stands for a value that looked personal; scalars of a list and characters of a text that are kept. */
export const REDACTED = "[redacted]";
const LIST = 20;
const TEXT = 256;

export type Properties = CarriedEvent["properties"];
export type Value = Properties[string];

export interface Condition {
  readonly path: string;
  readonly user: boolean;
  readonly negative: boolean;
  readonly substring: boolean;
  readonly wanted: readonly string[];
  /** The filter's own values, as they are told. */
  readonly values: readonly string[];
  /** Why it can never hold, "" where it can. */
  readonly unkept: string;
}

export interface Heard {
  readonly order: number;
  readonly node: string;
  readonly conditions: readonly Condition[];
}

/** The matching table of one graph: who listens for each name. */
export interface Table {
  readonly heard: ReadonlyMap<string, readonly Heard[]>;
  /** The names listened for, by their text without regard to case. */
  readonly folded: ReadonlyMap<string, readonly string[]>;
}

/** Makes the table of a graph's `listens`. */
export function createTable(listens: readonly Listen[]): Table {
  const heard = new Map<string, Heard[]>();
  const places = new Map<string, number>();
  for (const listen of listens) {
    const order = places.get(listen.node) ?? places.size;
    places.set(listen.node, order);
    const conditions = listen.filters.map(condition);
    for (const name of new Set(listen.names)) {
      const here = heard.get(name);
      if (here === undefined) heard.set(name, [{ order, node: listen.node, conditions }]);
      else here.push({ order, node: listen.node, conditions });
    }
  }
  const folded = new Map<string, string[]>();
  for (const name of heard.keys()) folded.set(fold(name), [...(folded.get(fold(name)) ?? []), name]);
  return { heard, folded };
}

/** The uuids of the nodes that an event lights, in graph order, each once. Properties and traits are flat, keyed by the filters' paths. */
export function match(table: Table, names: readonly string[], properties: Properties, traits: Properties): readonly string[] {
  const lit = new Map<string, number>();
  for (const name of names)
    for (const one of table.heard.get(name) ?? [])
      if (!lit.has(one.node) && one.conditions.every((each) => holds(each, own(each.user ? traits : properties, each.path)))) lit.set(one.node, one.order);
  return [...lit].sort((a, b) => a[1] - b[1]).map(([node]) => node);
}

/** Whether any node listens for any of `names`, filters aside. */
export function listensTo(table: Table, names: readonly string[]): boolean {
  return names.some((name) => table.heard.has(name));
}

/** The value at `path`, never one that every object has. */
export function own(properties: Properties, path: string): Value | undefined {
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
    wanted: substring ? wanted.map(fold) : wanted,
    values: substring ? filter.values.map(fold) : filter.values,
    unkept: filter.unkept ?? "",
  };
}

/** Whether `value` (undefined where the event has none) satisfies a condition; of a list any element may. What redaction may have changed or cut satisfies no negative one. */
export function holds(one: Condition, value: Value | undefined): boolean {
  if (one.unkept !== "") return false;
  for (const item of elements(value)) {
    if (item === null) continue;
    const text = one.substring ? fold(String(item)) : String(item);
    if (one.substring ? one.wanted.some((needle) => text.includes(needle)) : one.wanted.includes(text)) return !one.negative;
  }
  return one.negative && !cut(value, one.substring);
}

/** Whether redaction may have left out a part of `value`. A text counts by its characters, as the server does, which looks at texts of `contains` alone. */
function cut(value: Value | undefined, substring: boolean): boolean {
  const items = elements(value), listed = typeof value === "object" && value !== null;
  return (listed && items.length >= LIST) || ((substring || listed) && items.some((item) => typeof item === "string" && item.endsWith("…") && Array.from(item).length === TEXT));
}
