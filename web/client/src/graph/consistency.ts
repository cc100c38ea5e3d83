/** Warnings about files that disagree, and about events that light several nodes. */
import { casefold } from "@dagnet-realtime/engine/matching";
import type { Filter, Graph, EventBinding, Warning } from "@dagnet-realtime/engine/wire.gen";
import type { DefinitionIndex } from "./definitions.ts";
import { asText } from "./fields.ts";

/** Most warnings of one workspace. More would not be read. */
const MOST_WARNINGS = 500;
/** Events that one warning names. */
const MOST_NAMED = 20;

/** Warnings about indexes that name missing or forbidden files, files not listed or with another
 * id, and definitions that no graph uses. The last are left out unless all graphs could be read
 * (`whole`): a missing graph may use them.
 */
export function consistencyWarnings(bindings: DefinitionIndex, graphs: Iterable<Graph>, whole = true): readonly Warning[] {
  return [...indexes(bindings), ...files(bindings), ...(whole ? unused(bindings, graphs) : [])].slice(0, MOST_WARNINGS);
}

function* indexes(bindings: DefinitionIndex): Iterable<Warning> {
  for (const [file, index] of [["events-index.yaml", bindings.events], ["nodes-index.yaml", bindings.nodes]] as const)
    for (const row of index.values())
      if (row.named !== "" && row.path === null)
        yield { code: "index_path", where: file, text: `The path “${row.named}” of “${row.id}” leads out of the folder or to no YAML file; it is not read.` };
      else if (row.path !== null && !bindings.has(row.path))
        yield { code: "index_drift", where: file, text: `The index puts “${row.id}” in ${row.path}, which is missing or unreadable.` };
  for (const row of bindings.nodes.values()) {
    const [path, source] = bindings.nodeFile(row.id);
    const theirs = asText(source["event_id"]);
    if (row.eventId !== "" && theirs !== "" && row.eventId !== theirs)
      yield { code: "index_drift", where: "nodes-index.yaml", text: `“${row.id}” has the event “${row.eventId}” here and “${theirs}” in ${path}.` };
  }
}

function* files(bindings: DefinitionIndex): Iterable<Warning> {
  const missing = [...bindings.definitionFiles().values()].filter((eventId) => bindings.events.size > 0 && !bindings.events.has(eventId));
  if (missing.length > 0) yield { code: "index_drift", where: "events-index.yaml", text: `Not listed: ${nameSome(missing)}.` };
  for (const [path, eventId] of bindings.definitionFiles()) {
    const own = asText(bindings.tree(path)["id"]);
    if (own !== "" && own !== eventId) yield { code: "id_drift", where: path, text: `The file calls its event “${own}”, but it is found as “${eventId}”.` };
  }
}

function* unused(bindings: DefinitionIndex, graphs: Iterable<Graph>): Iterable<Warning> {
  const used = new Set([...graphs].flatMap((graph) => graph.listens.map((listen) => listen.event_id)));
  const left = [...bindings.definitionFiles()].filter(([, eventId]) => !used.has(eventId));
  if (left.length > 0) yield { code: "unused_definition", where: left.length === 1 ? (left[0]?.[0] ?? "") : "events", text: `No graph uses ${nameSome(left.map(([, eventId]) => eventId))}.` };
}

/** The first of these, and how many more there are. */
function nameSome(eventIds: readonly string[]): string {
  const named = eventIds.slice(0, MOST_NAMED).map((eventId) => `“${eventId}”`).join(", ");
  return eventIds.length === 1 ? `the event ${named}` : `the events ${named}${eventIds.length > MOST_NAMED ? ` and ${eventIds.length - MOST_NAMED} more` : ""}`;
}

const POSITIVE = new Set(["is", "is any of"]);
const NEGATIVE = new Set(["is not", "is not any of"]);
/** Most warnings of one kind in one graph, and most events of one name that are compared. More
 * would not be read.
 */
const PAIR_LIMIT = 200;
const EVENT_LIMIT = 50;

/** Warnings about nodes on one event, events whose filters overlap, and names that differ only in
 * case or spaces.
 */
export function overlapWarnings(listens: readonly EventBinding[]): readonly Warning[] {
  return [...sharedEvents(listens), ...overlaps(listens), ...lookalikes(listens)];
}

function grouped<T>(items: readonly T[], keys: (item: T) => readonly string[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items)
    for (const key of keys(item)) {
      const here = found.get(key);
      if (here === undefined) found.set(key, [item]);
      else here.push(item);
    }
  return found;
}

function sharedEvents(listens: readonly EventBinding[]): readonly Warning[] {
  return [...grouped(listens, (one) => [one.event_id])]
    .filter(([, those]) => those.length > 1)
    .map(([eventId, those]) => {
      const labels = those.slice(0, 10).map((one) => `“${one.label}”`).join(", ");
      return { code: "shared_event", where: `event ${eventId}`, text: `${those.length} nodes share this event and always light together: ${labels}.` };
    });
}

function overlaps(listens: readonly EventBinding[]): readonly Warning[] {
  const told: Warning[] = [];
  for (const [name, those] of grouped(listens, (one) => one.names)) {
    const events = [...grouped(those, (one) => [one.event_id]).values()].flatMap((same) => same.slice(0, 1)).slice(0, EVENT_LIMIT);
    for (const [place, one] of events.entries())
      for (const other of events.slice(place + 1))
        if (told.length < PAIR_LIMIT && !areDisjoint(one.filters, other.filters))
          told.push({
            code: "overlapping_filters",
            where: `event ${one.event_id}, event ${other.event_id}`,
            text: `Both listen for “${name}”, and one occurrence can satisfy the filters of both.`,
          });
  }
  return told;
}

/** Whether no single value satisfies both sides: a property must be in two disjoint sets. */
function areDisjoint(ones: readonly Filter[], others: readonly Filter[]): boolean {
  const within = (inner: Filter, outer: Filter): boolean => inner.values.every((value) => outer.values.includes(value));
  return ones.some((one) =>
    others.some((other) => {
      if (one.property !== other.property || one.property_type !== other.property_type) return false;
      if (POSITIVE.has(one.operator) && POSITIVE.has(other.operator)) return !one.values.some((value) => other.values.includes(value));
      if (POSITIVE.has(one.operator) && NEGATIVE.has(other.operator)) return within(one, other);
      return NEGATIVE.has(one.operator) && POSITIVE.has(other.operator) && within(other, one);
    }),
  );
}

function lookalikes(listens: readonly EventBinding[]): readonly Warning[] {
  const names = [...new Set(listens.flatMap((one) => one.names))];
  const events = (those: readonly string[]): number => new Set(listens.filter((one) => those.some((name) => one.names.includes(name))).map((one) => one.event_id)).size;
  return [...grouped(names, (name) => [casefold(name).replace(/\s+/g, "")]).values()]
    .filter((those) => those.length > 1 && events(those) > 1)
    .map((those) => {
      const told = those.slice(0, 10).map((name) => `“${name}”`).join(", ");
      return { code: "near_duplicate_names", where: `name ${those[0] ?? ""}`, text: `These names differ only in case or spaces, and matching tells them apart: ${told}.` };
    });
}
