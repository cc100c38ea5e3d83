/** Where one event lights several nodes, or nearly does. */
import { casefold } from "@dagnet-realtime/engine/matching";
import type { Filter, EventBinding, Warning } from "@dagnet-realtime/engine/wire.gen";

const POSITIVE = new Set(["is", "is any of"]);
const NEGATIVE = new Set(["is not", "is not any of"]);
/** Warnings of one kind in one graph, events of one name that are compared; nobody reads more. */
const PAIR_LIMIT = 200;
const EVENT_LIMIT = 50;

/** Warnings about nodes on one event, events whose filters overlap, and names that differ only in case or spaces. */
export function ambiguities(listens: readonly EventBinding[]): readonly Warning[] {
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
        if (told.length < PAIR_LIMIT && !apart(one.filters, other.filters))
          told.push({
            code: "overlapping_filters",
            where: `event ${one.event_id}, event ${other.event_id}`,
            text: `Both listen for “${name}”, and one occurrence can satisfy the filters of both.`,
          });
  }
  return told;
}

/** Whether no single value can satisfy both sides: some property must be in two sets that do not meet. */
function apart(ones: readonly Filter[], others: readonly Filter[]): boolean {
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
