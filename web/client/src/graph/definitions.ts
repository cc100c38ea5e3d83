/** Event definitions: the names an event goes by, its filters, and the index that finds it. */
import type { Filter, EventBinding, Warning } from "@dagnet-realtime/engine/wire.gen";
import { cleanText, personalName, personalValue } from "@dagnet-realtime/tap/redaction";
import { asList, asMapping, asText, type Fields, firstText, isFields, isGiven, NAME_LIMIT, safePath, stem } from "./fields.ts";

/** An event as one file defines it. `segment` and `amplitude` are the provider's names, empty if
 * the file gives none.
 */
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

/** The definition of `eventId` in `source`, the content of `file`; older shapes are read too. */
export function readDefinition(eventId: string, file: string, source: Fields): Definition {
  const warnings: Warning[] = [];
  const maps = [asMapping(source["provider_event_names"]), asMapping(source["provider_events"])];
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
  if (firstText(asMapping(source["metadata"]), "status") === "deprecated")
    warnings.push({ code: "deprecated", where: file, text: `The event “${eventId}” is marked as deprecated.` });
  return { eventId, segment, amplitude, filters: filters(source["amplitude_filters"], file, warnings), warnings };
}

/** The rule that applies, and the names to listen for: Segment's, Amplitude's, or the event id. */
export function listenedNames(one: Definition): Pick<EventBinding, "rule" | "names"> {
  if (one.segment.length > 0) return { rule: "segment", names: [...new Set([...one.segment, ...one.amplitude])] };
  return one.amplitude.length > 0 ? { rule: "amplitude", names: one.amplitude } : { rule: "event_id", names: [one.eventId] };
}

/** Whether the tree gives an event a name or a filter. Node files do so if they carry their own
 * definition.
 */
export function namesAnything(source: Fields): boolean {
  return ["provider_event_names", "provider_events", "amplitude_filters"].some((key) => isGiven(source[key]));
}

function names(value: unknown): readonly string[] {
  const several: readonly unknown[] = Array.isArray(value) ? value.slice(0, ITEM_LIMIT) : [value];
  return [...new Set(several.map((one) => asText(one)).filter((name) => name !== ""))];
}

function filters(value: unknown, file: string, warnings: Warning[]): readonly Filter[] {
  const found: Filter[] = [];
  for (const item of asList(value).slice(0, ITEM_LIMIT)) {
    const source = asMapping(item);
    const property = asText(source["property"]);
    const written = "values" in source ? source["values"] : source["value"];
    const several: readonly unknown[] = Array.isArray(written) ? written.slice(0, ITEM_LIMIT) : [written];
    const values = [...new Set(several.filter((one) => one !== null && one !== undefined).map((one) => asText(one, NAME_LIMIT * 4)))];
    if (property === "" || values.length === 0) {
      warnings.push({ code: "filter_broken", where: file, text: "A filter without a property or without values is left out." });
      continue;
    }
    const operator = asText(source["operator"]).toLowerCase().trim().split(/\s+/).join(" ") || "is";
    if (!KNOWN_OPERATORS.has(operator))
      warnings.push({ code: "unknown_operator", where: file, text: `The operator “${operator}” on “${property}” is not known and counts as “is”.` });
    const user = source["property_type"] === "user";
    if (user)
      warnings.push({ code: "user_property", where: file, text: `“${property}” is a user property: an event satisfies the filter only if it carries it in context.traits.` });
    const made = withRedaction({ property, operator, values, property_type: user ? "user" : "event" });
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

/** One entry of an index: `path` is null if it names no file that may be read. */
export interface IndexRow {
  readonly id: string;
  readonly path: string | null;
  readonly named: string;
  readonly eventId: string;
}

/** The entries of `events-index.yaml` or `nodes-index.yaml`, by id; the first of equal ids wins. */
export function indexRows(tree: unknown, kind: "events" | "nodes"): ReadonlyMap<string, IndexRow> {
  const found = new Map<string, IndexRow>();
  for (const item of asList(asMapping(tree)[kind])) {
    const source = asMapping(item);
    const id = asText(source["id"]), named = asText(source["file_path"], 512);
    if (id !== "" && !found.has(id)) found.set(id, { id, path: safePath(named), named, eventId: asText(source["event_id"]) });
  }
  return found;
}

/** Finds definitions and node files; `trees` maps paths of readable YAML files to their trees. */
export class DefinitionIndex {
  readonly events: ReadonlyMap<string, IndexRow>;
  readonly nodes: ReadonlyMap<string, IndexRow>;
  readonly #trees: ReadonlyMap<string, unknown>;

  constructor(trees: ReadonlyMap<string, unknown>) {
    this.#trees = trees;
    this.events = indexRows(trees.get("events-index.yaml"), "events");
    this.nodes = indexRows(trees.get("nodes-index.yaml"), "nodes");
  }

  /** The definition of `eventId`: in the file its index entry names, in its own file, or in the
   * file of node `nodeId`; else null.
   */
  definition(eventId: string, nodeId: string): Definition | null {
    const path = this.#find(this.events, "events", eventId);
    if (path !== null) return readDefinition(eventId, path, asMapping(this.#trees.get(path)));
    const [file, source] = this.nodeFile(nodeId);
    return namesAnything(source) ? readDefinition(eventId, file, source) : null;
  }

  /** The path and tree of the node's own file; both empty if it has none. */
  nodeFile(nodeId: string): readonly [string, Fields] {
    const path = nodeId === "" ? null : this.#find(this.nodes, "nodes", nodeId);
    return path === null ? ["", {}] : [path, asMapping(this.#trees.get(path))];
  }

  /** All files under `events/`, and the event id that each is found by. */
  definitionFiles(): ReadonlyMap<string, string> {
    const listed = new Map<string, string>();
    for (const row of this.events.values()) if (row.path !== null && !listed.has(row.path)) listed.set(row.path, row.id);
    const paths = [...this.#trees.keys()].filter((path) => path.startsWith("events/"));
    return new Map(paths.map((path) => [path, listed.get(path) ?? stem(path)]));
  }

  /** The file's own fields; empty if there is no such file. */
  tree(path: string): Fields {
    return asMapping(this.#trees.get(path));
  }

  /** Whether the file was there and could be read. */
  has(path: string): boolean {
    return this.#trees.has(path);
  }

  #find(index: ReadonlyMap<string, IndexRow>, folder: string, id: string): string | null {
    const tries = [index.get(id)?.path ?? "", `${folder}/${id}.yaml`, `${folder}/${id}.yml`];
    return tries.find((path) => isFields(this.#trees.get(path))) ?? null;
  }
}

const changes = (text: string): boolean => cleanText(text) !== text;
const substring = ({ operator }: Filter): boolean => operator === "contains" || operator === "does not contain";

/** Whether no event can be known by `name`: it looks personal, is a URL that loses its end, or is
 * too long.
 */
export function unkeptName(name: string): boolean {
  return changes(name) || name.split(" ").some((word) => word.startsWith("/") && changes(word));
}

/** The values that no kept property can have, or of `contains` none can hold. */
export function lostValues(filter: Filter): readonly string[] {
  return filter.values.filter((value) => changes(value) || (substring(filter) && personalValue(`x${value}`)));
}

/** The filter with what is known of it. Without a server no policy denies anything. */
export function withRedaction(filter: Filter): Filter {
  const negative = /^(?:is not|does not)/.test(filter.operator), lost = lostValues(filter);
  if (personalName(filter.property)) return { ...filter, unkept: "its name is personal" };
  if (!negative && lost.length === filter.values.length) return { ...filter, unkept: "such a value is never kept as it is" };
  if (negative && !substring(filter) && lost.length > 0) return { ...filter, unsure: [...new Set(lost.map(cleanText))] };
  return negative && substring(filter) && filter.values.some((value) => /[?#=&]/.test(value)) ? { ...filter, unsure: ["/"] } : filter;
}
