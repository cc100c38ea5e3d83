/** "I sent it and it is not there": events of this browser that never left, or left and did not arrive. */
import { overdue } from "@dagnet-realtime/engine/select/overdue";
import { clock, span } from "../format.ts";
import { useEngine, useShell } from "../use.ts";
import { LOST_MS, missingWords } from "./missing.ts";

/** Rows shown; the newest are what somebody looks for. */
const MOST = 20;

export function Missing() {
  const serverless = useShell((shell) => shell.serverless);
  const missing = useEngine("second", (state) => overdue(state, Date.now(), LOST_MS, MOST));
  const thinned = useEngine("second", (state) => state.threshold < 1 || state.sampling < 1);
  const remote = useEngine("second", (state) => state.lanes.includes("remote"));
  if (serverless && missing.length === 0) return null;
  return (
    <section aria-label="Sent and not there">
      <h3>Sent and not there</h3>
      {missing.length === 0 ? (
        <p className="quiet">{remote ? `Every event that left a page arrived here within ${span(LOST_MS)}, or still may.` : "Nothing was dropped or failed in a page."}</p>
      ) : (
        <ul className="connect-missing">
          {missing.map(({ row, how, age }) => (
            <li key={row.row}>
              <span className="mono quiet">{clock(row.occurredAt)}</span> <strong>{row.name}</strong> {missingWords(how, row.way?.reason ?? "", age, thinned)}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
