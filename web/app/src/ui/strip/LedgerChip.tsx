/** Where every event went: two ledgers that always sum, and a red bar if one ever does not. */
import { ledger, posture } from "@dagnet-realtime/engine/select/ledger";
import { Check, TriangleAlert } from "lucide-react";
import { clock, count, plural } from "../format.ts";
import { Pop } from "../kit/Pop.tsx";
import { useEngine } from "../use.ts";
import { doorLines, viewLines, type LedgerLine } from "./lines.ts";

export function LedgerChip() {
  const { view, balances, missed, doors, duplicates } = useEngine("second", (state) => ledger(state));
  const counted = useEngine("second", (state) => posture(state).policy?.exact_counts ?? true);
  const sums = balances && doors.every((door) => door.balances);
  const lost = missed.exact > 0 || missed.unknown > 0;
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
      {!sums && <p className="ledger-bad">The numbers below do not add up. That is a fault of Realtime, not of your events: please report it with a saved log.</p>}
      <Table name={counted ? "This view, since On" : "Heard by this browser, since On"} lines={viewLines(view)} />
      {!counted && <p>What Segment sent, left out, or lost on the way is unknown: no server counts it.</p>}
      {missed.unknown > 0 && <p>{plural(missed.unknown, "gap")} of unknown size: {missed.gaps.slice(-3).map(({ at, reason }) => `${clock(at)} ${reason}`).join("; ")}.</p>}
      {doors.map(({ source, door }) => (
        <Table key={source} name={`At the door, at the last beat: ${source}`} lines={doorLines(door)} />
      ))}
      {duplicates > 0 && <p className="quiet">{plural(duplicates, "event")} had been heard before and {duplicates === 1 ? "was" : "were"} not counted again.</p>}
    </Pop>
  );
}

function Table({ name, lines }: { readonly name: string; readonly lines: readonly LedgerLine[] }) {
  return (
    <table className="ledger">
      <caption>{name}</caption>
      <tbody>
        {lines.map(({ word, value, sum }) => (
          <tr key={word} className={sum ? "ledger-sum" : ""}>
            <th scope="row">{word}</th>
            <td className="mono">{count(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
