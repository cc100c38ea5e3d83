/** Where every event went: two ledgers that always sum, and a red bar if one ever does not. */
import { ledger, posture } from "@dagnet-realtime/engine/select/totals";
import { Check, TriangleAlert } from "lucide-react";
import { lazy, Suspense } from "react";
import { Pop } from "../kit/Pop.tsx";
import { useEngine } from "../use.ts";

const LedgerLists = lazy(() => import("./LedgerLists.tsx").then(({ LedgerLists: component }) => ({ default: component })));

export function LedgerChip() {
  const told = useEngine("second", (state) => ledger(state));
  const counted = useEngine("second", (state) => posture(state).policy?.exact_counts ?? true);
  const sums = told.balances && told.doors.every((door) => door.balances);
  const lost = told.missed.exact > 0 || told.missed.unknown > 0;
  return (
    <Pop
      wide
      title="Where every event went"
      align="end"
      trigger={
        <button type="button" className={sums ? (lost ? "chip chip-warn" : "chip") : "chip chip-bad"} aria-label={sums ? `${counted ? "Ledger sums" : "Ledger of what was heard"}${lost ? ", with missed events" : ""}` : "Ledger does not sum"}>
          {sums ? <Check size={13} aria-hidden="true" /> : <TriangleAlert size={13} aria-hidden="true" />}
          {sums ? (lost ? "missed some" : counted ? "sums" : "heard only") : "does not sum"}
        </button>
      }
    >
      <Suspense fallback={null}>
        <LedgerLists told={told} counted={counted} />
      </Suspense>
    </Pop>
  );
}
