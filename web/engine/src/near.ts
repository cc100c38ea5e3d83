/** Near misses: which nodes an unmapped event would have lit, but for the case of its name, a filter's value, or a property that is missing. */
import { fold } from "./fold.ts";
import { type Condition, elements, holds, own, type Properties, type Table } from "./matching.ts";

export interface NearMiss {
  readonly node: string;
  /** One sentence with the value seen and the value expected. */
  readonly reason: string;
}

/** Near misses told of one event at most, and characters of one value. */
const MOST = 5;
const VALUE = 60;

/** Why each node that listens for one of `names` (whatever the case) was not lit. `traits` is null where they are not known here:
 * the server, which knows them, has matched already. */
export function nearMisses(table: Table, names: readonly string[], properties: Properties, traits: Properties | null): readonly NearMiss[] {
  const found: NearMiss[] = [];
  for (const name of names)
    for (const wanted of table.folded.get(fold(name)) ?? [])
      for (const heard of table.heard.get(wanted) ?? []) {
        if (found.length >= MOST) return found;
        const reason = why(name, wanted, heard.conditions.filter((one) => !met(one, properties, traits)), properties, traits ?? {});
        if (reason !== null && !found.some((miss) => miss.node === heard.node)) found.push({ node: heard.node, reason });
      }
  return found;
}

function met(one: Condition, properties: Properties, traits: Properties | null): boolean {
  if (one.user && traits === null) return true;
  return holds(one, own(one.user ? (traits ?? {}) : properties, one.path) ?? null);
}

function why(name: string, wanted: string, failed: readonly Condition[], properties: Properties, traits: Properties): string | null {
  const [first] = failed;
  if (first !== undefined) return name === wanted ? sentence(first, first.user ? traits : properties) : null;
  return name === wanted ? null : `the name was sent as “${name}”, and “${wanted}” is listened for: the case differs`;
}

function sentence(one: Condition, properties: Properties): string {
  const values = elements(own(properties, one.path)).filter((value) => value !== null).map((value) => `“${String(value).slice(0, VALUE)}”`);
  const wanted = one.wanted.map((value) => `“${value.slice(0, VALUE)}”`).join(" or ");
  const must = `${one.negative ? "must not " : "must "}${one.substring ? "contain" : "be"} ${wanted}`;
  return `its ${one.user ? "user " : ""}property ${one.path} ${values.length === 0 ? "is missing" : `was ${values.join(", ")}`}, and ${must}`;
}
