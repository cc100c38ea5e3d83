/** The two ledgers line by line, and what was missed. */
import type { ledger } from "@dagnet-realtime/engine/select/totals";
import { clock, count, plural } from "../format.ts";
import { doorLines, viewLines, type LedgerLine } from "./lines.ts";

export function LedgerLists({ told, counted }: { readonly told: ReturnType<typeof ledger>; readonly counted: boolean }) {
  const { view, balances, missed, doors, duplicates } = told;
  const sums = balances && doors.every((door) => door.balances);
  return (
    <>
      {!sums && <p className="ledger-bad">The numbers below do not add up. That is a fault of Realtime, not of your events: please report it with a saved log.</p>}
      <Table name={counted ? "This view, since On" : "Heard by this browser, since On"} lines={viewLines(view)} />
      {!counted && <p>What Segment sent, left out, or lost on the way is unknown: no server counts it.</p>}
      {missed.unknown > 0 && <p>{plural(missed.unknown, "gap")} of unknown size: {missed.gaps.slice(-3).map(({ at, reason }) => `${clock(at)} ${reason}`).join("; ")}.</p>}
      {doors.map(({ source, door }) => (
        <Table key={source} name={`At the door, at the last beat: ${source}`} lines={doorLines(door)} />
      ))}
      {duplicates > 0 && <p className="quiet">{plural(duplicates, "event")} had been heard before and {duplicates === 1 ? "was" : "were"} not counted again.</p>}
    </>
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
