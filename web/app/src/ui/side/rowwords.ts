/** One line about a trace: how many events, the last one, where it stands, how it ended. */
import type { TraceRow } from "@dagnet-realtime/engine/traces/select/traceList";
import { plural } from "../format.ts";

export function rowWords({ events, lastName, label, ended, retained: kept, partial }: Pick<TraceRow, "events" | "lastName" | "label" | "ended" | "retained" | "partial">): string {
  const stands = ended === null ? (label === "" ? "nowhere yet" : `at ${label}`) : ended === "success" ? `converted at ${label}` : `ended at ${label}: ${ended}`;
  return [plural(events, "event"), lastName === "" ? "" : `last ${lastName}`, stands, partial ? "partial" : "", kept ? "" : "steps let go"].filter(Boolean).join(" · ");
}
