/** Where the files of a workspace disagree with one another. */
import type { Graph, Warning } from "@dagnet-realtime/engine/wire.gen";
import type { Bindings } from "./bindings.ts";
import { text } from "./fields.ts";

/** Warnings of one workspace; nobody reads more. */
const LIMIT = 500;
/** Events that one warning names. */
const NAMED = 20;

/** Warnings about indexes that name missing or forbidden files, files not listed or with another id, and definitions no graph uses. That is only said where
 * all graphs could be read (`whole`): one that is missing may use them. */
export function drift(bindings: Bindings, graphs: Iterable<Graph>, whole = true): readonly Warning[] {
  return [...indexes(bindings), ...files(bindings), ...(whole ? unused(bindings, graphs) : [])].slice(0, LIMIT);
}

function* indexes(bindings: Bindings): Iterable<Warning> {
  for (const [file, index] of [["events-index.yaml", bindings.events], ["nodes-index.yaml", bindings.nodes]] as const)
    for (const row of index.values())
      if (row.named !== "" && row.path === null)
        yield { code: "index_path", where: file, text: `The path “${row.named}” of “${row.id}” leads out of the folder or to no YAML file; it is not read.` };
      else if (row.path !== null && !bindings.has(row.path))
        yield { code: "index_drift", where: file, text: `“${row.id}” is said to be in ${row.path}, where no readable file is.` };
  for (const row of bindings.nodes.values()) {
    const [path, source] = bindings.nodeFile(row.id);
    const theirs = text(source["event_id"]);
    if (row.eventId !== "" && theirs !== "" && row.eventId !== theirs)
      yield { code: "index_drift", where: "nodes-index.yaml", text: `“${row.id}” has the event “${row.eventId}” here and “${theirs}” in ${path}.` };
  }
}

function* files(bindings: Bindings): Iterable<Warning> {
  const missing = [...bindings.definitionFiles().values()].filter((eventId) => bindings.events.size > 0 && !bindings.events.has(eventId));
  if (missing.length > 0) yield { code: "index_drift", where: "events-index.yaml", text: `Not listed: ${some(missing)}.` };
  for (const [path, eventId] of bindings.definitionFiles()) {
    const own = text(bindings.tree(path)["id"]);
    if (own !== "" && own !== eventId) yield { code: "id_drift", where: path, text: `The file calls its event “${own}”, but it is found as “${eventId}”.` };
  }
}

function* unused(bindings: Bindings, graphs: Iterable<Graph>): Iterable<Warning> {
  const used = new Set([...graphs].flatMap((graph) => graph.listens.map((listen) => listen.event_id)));
  const left = [...bindings.definitionFiles()].filter(([, eventId]) => !used.has(eventId));
  if (left.length > 0) yield { code: "unused_definition", where: left.length === 1 ? (left[0]?.[0] ?? "") : "events", text: `No graph uses ${some(left.map(([, eventId]) => eventId))}.` };
}

/** The first of these, and how many more there are. */
function some(eventIds: readonly string[]): string {
  const named = eventIds.slice(0, NAMED).map((eventId) => `“${eventId}”`).join(", ");
  return eventIds.length === 1 ? `the event ${named}` : `the events ${named}${eventIds.length > NAMED ? ` and ${eventIds.length - NAMED} more` : ""}`;
}
