/** Saves the session as a log file; what writes it is fetched ahead, so that it works without a
 * server.
 */
import type { EngineHost } from "@dagnet-realtime/client/engineHost";
import { download } from "@dagnet-realtime/react/download";
import { lazyCode } from "@dagnet-realtime/react/kit/lazyPart.tsx";

const loadWriter = lazyCode(() => import("@dagnet-realtime/engine/sessionLogFile"));

export async function saveLog({ engine: { state } }: { readonly engine: EngineHost }): Promise<void> {
  const { writeSessionLog } = await loadWriter();
  const began = new Date(state.accumulation.since).toISOString().slice(0, 19).replace(/[:T]/g, "-");
  download(`${state.graph?.name ?? "session"}-${began}.ndjson`, writeSessionLog(state), "application/x-ndjson");
}
