/** The source of a saved session log. */
import { isProblem } from "@dagnet-realtime/engine/problem";
import type { SessionLog } from "@dagnet-realtime/engine/sessionLogFile";

/** A log that plays instead of events that happen. */
export interface LogSource {
  /** Rejects with an error whose message is for people. */
  readonly read: () => Promise<SessionLog>;
}

/** A file that "Save log" wrote, or its text; read at each On. */
export function log(file: Blob | string): LogSource {
  return {
    read: async () => {
      const { readSessionLog } = await import("@dagnet-realtime/engine/sessionLogFile");
      const read = readSessionLog(typeof file === "string" ? file : await file.text());
      if (isProblem(read)) throw new Error(`${read.title}. ${read.detail} Choose a file that “Save log” wrote.`);
      return read;
    },
  };
}
