/** What a file says about an event: the names it goes by and the filters that narrow it. */
import type { Filter, EventBinding, Warning } from "@dagnet-realtime/engine/wire.gen";
import { judged, lostValues } from "./kept.ts";
import { type Fields, firstText, given, NAME_LIMIT, record, rows, text } from "./fields.ts";

/** An event as one file defines it. `segment` and `amplitude` are the provider's names, empty where it gives none. */
export interface Definition {
  readonly eventId: string;
  readonly segment: readonly string[];
  readonly amplitude: readonly string[];
  readonly filters: readonly Filter[];
  readonly warnings: readonly Warning[];
}

/** Filters of one event, values of one filter; real files have below ten. */
const ITEM_LIMIT = 500;
const KNOWN_OPERATORS = new Set(["is", "is not", "contains", "does not contain", "is any of", "is not any of"]);

/** The definition of `eventId` that `source`, the content of `file`, holds; also in the older shapes. */
export function readDefinition(eventId: string, file: string, source: Fields): Definition {
  const warnings: Warning[] = [];
  const maps = [record(source["provider_event_names"]), record(source["provider_events"])];
  const of = (provider: string): readonly string[] => maps.map((one) => names(one[provider])).find((found) => found.length > 0) ?? [];
  let segment = of("segment"), amplitude = of("amplitude");
  if (segment.length + amplitude.length === 0) {
    const older = names(source["event_type"]);
    if (source["provider"] === "segment") segment = older;
    else amplitude = older;
  }
  for (const name of [...segment, ...amplitude])
    if (name !== name.trim()) warnings.push({ code: "name_spaces", where: file, text: `The event name “${name}” begins or ends with a space; names match exactly.` });
  const [sent = "", numbered = ""] = [segment[0], amplitude[0]];
  if (sent !== "" && numbered !== "" && [...segment].sort().join("\n") !== [...amplitude].sort().join("\n"))
    warnings.push({ code: "two_names", where: file, text: `Segment's name “${sent}” and Amplitude's “${numbered}” differ and both light; an action that sends both counts twice.` });
  if (firstText(record(source["metadata"]), "status") === "deprecated")
    warnings.push({ code: "deprecated", where: file, text: `The event “${eventId}” is marked as deprecated.` });
  return { eventId, segment, amplitude, filters: filters(source["amplitude_filters"], file, warnings), warnings };
}

/** The rule that applies and the names to listen for: Segment's and Amplitude's, else the event id. */
export function listenedNames(one: Definition): Pick<EventBinding, "rule" | "names"> {
  if (one.segment.length > 0) return { rule: "segment", names: [...new Set([...one.segment, ...one.amplitude])] };
  return one.amplitude.length > 0 ? { rule: "amplitude", names: one.amplitude } : { rule: "event_id", names: [one.eventId] };
}

/** Whether the tree gives an event a name or a filter, as node files do that carry their own definition. */
export function namesAnything(source: Fields): boolean {
  return ["provider_event_names", "provider_events", "amplitude_filters"].some((key) => given(source[key]));
}

function names(value: unknown): readonly string[] {
  const several: readonly unknown[] = Array.isArray(value) ? value.slice(0, ITEM_LIMIT) : [value];
  return [...new Set(several.map((one) => text(one)).filter((name) => name !== ""))];
}

function filters(value: unknown, file: string, warnings: Warning[]): readonly Filter[] {
  const found: Filter[] = [];
  for (const item of rows(value).slice(0, ITEM_LIMIT)) {
    const source = record(item);
    const property = text(source["property"]);
    const written = "values" in source ? source["values"] : source["value"];
    const several: readonly unknown[] = Array.isArray(written) ? written.slice(0, ITEM_LIMIT) : [written];
    const values = [...new Set(several.filter((one) => one !== null && one !== undefined).map((one) => text(one, NAME_LIMIT * 4)))];
    if (property === "" || values.length === 0) {
      warnings.push({ code: "filter_broken", where: file, text: "A filter without a property or without values is left out." });
      continue;
    }
    const operator = text(source["operator"]).toLowerCase().trim().split(/\s+/).join(" ") || "is";
    if (!KNOWN_OPERATORS.has(operator))
      warnings.push({ code: "unknown_operator", where: file, text: `The operator “${operator}” on “${property}” is not known and counts as “is”.` });
    const user = source["property_type"] === "user";
    if (user)
      warnings.push({ code: "user_property", where: file, text: `“${property}” is a user property: an event satisfies the filter only where it carries it in context.traits.` });
    const made = judged({ property, operator, values, property_type: user ? "user" : "event" });
    const lost = lostValues(made);
    if (made.unkept !== undefined) warnings.push({ code: "unkept", where: file, text: `“${property}” is not kept here, ${made.unkept}: the filter can never be met.` });
    else if (made.unsure !== undefined || lost.length > 0) {
      const several = (lost.length > 0 ? lost : values).map((one) => `“${one}”`).join(", ");
      warnings.push({ code: "unkept", where: file, text: `Of “${property}” redaction may keep another text than ${several}: what it changed is not known to satisfy the filter.` });
    }
    found.push(made);
  }
  return found;
}
