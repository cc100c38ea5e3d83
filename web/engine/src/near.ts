/** Near misses: which nodes an unmapped event would have lit, but for the case of its name, a filter's value, or a property that is missing. */
import { fold } from "./fold.ts";
import { type Condition, elements, holds, own, REDACTED, type Properties, type Table } from "./matching.ts";
import { candidateNames } from "./names.ts";

/** The names that an event of the wire may have been known by: what it is shown as, and what a page or screen is named. */
export function namesOf(type: string, shown: string): readonly string[] {
  const name = /^Viewed (.+) (?:Page|Screen)$/.exec(shown)?.[1];
  return (type === "page" || type === "screen") && name !== undefined ? [...new Set([shown, ...candidateNames(type, null, name, null)])] : [shown];
}

export interface NearMiss {
  readonly node: string;
  /** One sentence with the value seen and the value expected. */
  readonly reason: string;
}

/** Near misses told of one event at most, and characters of one value. */
const MOST = 5;
const VALUE = 60;

/** Why each node that listens for one of `names` (whatever the case) was not lit. `traits` is null where they are not known here:
 * the server, which knows them, has matched already, so that where all else holds it can only have been they. */
export function nearMisses(table: Table, names: readonly string[], properties: Properties, traits: Properties | null): readonly NearMiss[] {
  const found: NearMiss[] = [];
  for (const name of names)
    for (const wanted of table.folded.get(fold(name)) ?? [])
      for (const heard of table.heard.get(wanted) ?? []) {
        if (found.length >= MOST) return found;
        const reason = why(name, wanted, heard.conditions, properties, traits);
        if (reason !== null && !found.some((miss) => miss.node === heard.node)) found.push({ node: heard.node, reason });
      }
  return found;
}

function why(name: string, wanted: string, conditions: readonly Condition[], properties: Properties, traits: Properties | null): string | null {
  const [first] = conditions.filter((one) => !met(one, properties, traits));
  if (name !== wanted) return first === undefined ? `the name was sent as “${name}”, and “${wanted}” is listened for: the case differs` : null;
  const unknown = traits === null ? conditions.find((one) => one.user) : undefined;
  if (first !== undefined) return sentence(first, properties, traits);
  return unknown === undefined ? null : sentence(unknown, properties, traits);
}

function met(one: Condition, properties: Properties, traits: Properties | null): boolean {
  if (one.user && traits === null) return true;
  return holds(one, own(one.user ? (traits ?? {}) : properties, one.path) ?? null);
}

function sentence(one: Condition, properties: Properties, traits: Properties | null): string {
  const wanted = one.values.map((value) => `“${value.slice(0, VALUE)}”`).join(" or ");
  const must = `${one.negative ? "must not " : "must "}${one.substring ? "contain" : "be"} ${wanted}`;
  const owner = `its ${one.user ? "user " : ""}property ${one.path}`;
  if (one.unkept !== "") return `${owner} is not kept here (${one.unkept}), and ${must}`;
  if (elements(own((one.user ? traits : properties) ?? {}, one.path)).includes(REDACTED)) return `${owner} held what is not kept here, it looked personal, and ${must}`;
  const here = valuesOf(one.user ? traits : properties, one.path);
  const there = valuesOf(one.user ? properties : traits, one.path);
  const seen = one.user && traits === null ? "is missing or another" : here === "" ? "is missing" : `was ${here}`;
  const apart = here !== "" || there === "" ? "" : one.user ? `; the event has a ${one.path} of its own, ${there}, but the user is asked for it` : `; the user has a ${one.path}, ${there}, but the event is asked for it`;
  return `${owner} ${seen}, and ${must}${apart}`;
}

/** The values at a path as they are told, "" where there are none. */
function valuesOf(properties: Properties | null, path: string): string {
  return elements(properties === null ? undefined : own(properties, path)).filter((value) => value !== null).map((value) => `“${String(value).slice(0, VALUE)}”`).join(", ");
}
