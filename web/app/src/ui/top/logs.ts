/** Saving and opening session logs; their code is only fetched when somebody does. */
import type { Realtime } from "../use.ts";
import { told, toast } from "../../store/notices.ts";
import { download } from "../download.ts";

/** A log larger than this is not opened in a tab. */
const MOST_BYTES = 200 * 1024 * 1024;

export async function saveLog({ engine }: Realtime): Promise<void> {
  const { writeSessionLog: sessionLog } = await import("@dagnet-realtime/engine/sessionLogFile");
  const { state } = engine;
  download(`${state.graph?.name ?? "session"}-${new Date(state.accumulation.since).toISOString().slice(0, 19).replace(/[:T]/g, "-")}.ndjson`, sessionLog(state), "application/x-ndjson");
}

export async function openLogFile({ parts, watch, store }: Realtime, file: File): Promise<void> {
  try {
    if (file.size > MOST_BYTES) throw new Error("The log is larger than 200 MB.");
    const { openLog } = await import("../../store/replay.ts");
    await openLog(parts, watch, await file.text());
  } catch (error) {
    toast(store, told(error, "The log was not opened."));
  }
}
