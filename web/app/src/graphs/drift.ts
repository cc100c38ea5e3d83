/** Where the files of a workspace disagree with one another. */
import type { Graph, Warning } from "@dagnet-realtime/engine/wire.gen";
import type { Bindings } from "./bindings.ts";
import { text } from "./fields.ts";

/** Warnings of one workspace; nobody reads more. */
const LIMIT = 500;

/** Warnings about indexes that name missing or forbidden files, files not listed or with another id, and definitions no graph uses. */
export function drift(bindings: Bindings, graphs: Iterable<Graph>): readonly Warning[] {
  return [...indexes(bindings), ...files(bindings), ...unused(bindings, graphs)].slice(0, LIMIT);
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
  for (const [path, eventId] of bindings.definitionFiles()) {
    const own = text(bindings.tree(path)["id"]);
    if (own !== "" && own !== eventId) yield { code: "id_drift", where: path, text: `The file calls its event “${own}”, but it is found as “${eventId}”.` };
    if (bindings.events.size > 0 && !bindings.events.has(eventId)) yield { code: "index_drift", where: "events-index.yaml", text: `“${eventId}” (${path}) is not listed.` };
  }
}

function* unused(bindings: Bindings, graphs: Iterable<Graph>): Iterable<Warning> {
  const used = new Set([...graphs].flatMap((graph) => graph.listens.map((listen) => listen.event_id)));
  for (const [path, eventId] of bindings.definitionFiles())
    if (!used.has(eventId)) yield { code: "unused_definition", where: path, text: `No graph uses the event “${eventId}”.` };
}
