/** How each node is lit, or why it never can be. */
import type { EventBinding, Node, Warning } from "@dagnet-realtime/engine/wire.gen";
import type { Bindings } from "./bindings.ts";
import { listenedNames, namesAnything } from "./definitions.ts";
import { unkeptName } from "./kept.ts";
import { text } from "./fields.ts";

const ABSORBING = "absorbing, and no event is bound to it";
const CASE = "a case node without an event of its own; traffic passes through it";
const UNBOUND = "no event is bound to it";

/** The node with its event (its own, else its node file's) or with the reason for its darkness, and what it listens for. */
export function bind(node: Node, bindings: Bindings, warnings: Warning[]): readonly [Node, EventBinding | null] {
  const where = `node ${node.id || node.uuid}`;
  const [file, source] = bindings.nodeFile(node.id);
  const theirs = text(source["event_id"]);
  if (node.event_id !== "" && theirs !== "" && node.event_id !== theirs)
    warnings.push({ code: "event_id_disagrees", where, text: `The graph binds the event “${node.event_id}”, ${file} says “${theirs}”; the graph wins.` });
  if (node.event_id === "" && theirs !== "")
    warnings.push({ code: "event_id_from_node_file", where, text: `The graph binds no event; “${theirs}” is taken from ${file}. DagNet itself reads the graph only.` });
  const eventId = node.event_id || theirs || (namesAnything(source) ? node.id : "");
  if (eventId === "") return [{ ...node, dark: node.type === "case" ? CASE : node.absorbing ? ABSORBING : UNBOUND }, null];
  const bound = { ...node, event_id: eventId };
  const listen = { node: node.uuid, label: node.label, event_id: eventId };
  const definition = bindings.definition(eventId, node.id);
  if (definition === null) {
    warnings.push({ code: "definition_missing", where, text: `There is no definition of the event “${eventId}”; the node listens for that name itself.` });
    return marked(bound, { ...listen, names: [eventId], rule: "event_id", filters: [] }, warnings);
  }
  warnings.push(...definition.warnings);
  return marked(bound, { ...listen, ...listenedNames(definition), filters: definition.filters }, warnings);
}

/** The node with the reason for its darkness where redaction keeps from it what it listens for. */
function marked(node: Node, listen: EventBinding, warnings: Warning[]): readonly [Node, EventBinding] {
  const unkept = listen.names.filter(unkeptName), never = listen.filters.find((filter) => filter.unkept !== undefined);
  if (unkept.length > 0)
    warnings.push({ code: "unkept", where: `node ${node.id || node.uuid}`, text: `Redaction lets through no event that is called ${unkept.map((name) => `“${name}”`).join(", ")}: it looks personal, or is cut.` });
  const gone = "no event that is called so is kept as it is: the name looks personal, or is cut";
  const asked = never === undefined ? "" : `its filter asks for “${never.property}”, which is not kept here: ${never.unkept ?? ""}`;
  return [{ ...node, dark: unkept.length === listen.names.length ? gone : asked }, listen];
}
