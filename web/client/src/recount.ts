/** Counts the session that an engine has anew on another graph of the same log. */
import { recountEntries, recountEntry } from "@dagnet-realtime/engine/recount";
import { createTable } from "@dagnet-realtime/engine/matching";
import { type ExpandedEntry, expandLog } from "@dagnet-realtime/engine/sessionLog";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { EngineHost } from "./engineHost.ts";

/** Begins the count anew. What only this page heard is counted from its own log; with `start`, the
 * other side's position at On, the rest is still to come from there, and without it is counted from
 * the log as well, as far back as that holds every event.
 */
export function recountSession(engine: EngineHost, graph: Graph, start: string | null): void {
  const { accumulation, session, lanes, position, filterText: text } = engine.state;
  const lane = lanes.find((one) => one !== "local") ?? "local";
  const log = [...expandLog(accumulation.log, accumulation.events)].sort((a, b) => a.at - b.at);
  const table = createTable(graph.listens);
  const { entries, since } = start === null
    ? recountEntries(log, table, accumulation.since, true)
    : { entries: log.filter(({ kind }) => kind === "tap").map((entry) => recountEntry(entry, table)), since: accumulation.since };
  const from = start === null ? (beginning(entries) ?? position) : accumulation.position || start;
  engine.silently(() => {
    engine.dispatch({ kind: "on", session, position: from, graph, lane, since });
    engine.dispatch({ kind: "filter", text });
    for (const entry of entries) play(engine, entry);
  });
}

/** Applies an entry of a log at its own time. */
export function play(engine: EngineHost, entry: ExpandedEntry): void {
  engine.dispatch(entry.kind === "tap" ? { kind: "tap", message: entry.message } : { kind: "frame", frame: entry.frame }, entry.at);
}

/** The position at which the first entry that has one begins. */
function beginning(entries: readonly ExpandedEntry[]): string | undefined {
  for (const entry of entries) if (entry.kind === "frame" && (entry.frame.op === "batch" || entry.frame.op === "gap") && entry.frame.from !== "") return entry.frame.from;
  return undefined;
}
