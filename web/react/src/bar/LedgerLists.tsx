/** The ledgers line by line, and what was missed. */
import type { ledger } from "@dagnet-realtime/engine/select/totals";
import type { IngestCounters, FrameCounts } from "@dagnet-realtime/engine/wire.gen";
import { clock, count, plural } from "../format.ts";

/** The contents of the ledger popover. */
export function LedgerLists({ told, counted }: { readonly told: ReturnType<typeof ledger>; readonly counted: boolean }) {
  const { view, balances, missed, doors, duplicates } = told;
  const sums = balances && doors.every((door) => door.balances);
  return (
    <>
      {!sums && <p className="ledger-bad">The numbers below do not add up. That is a fault of Realtime, not of your events: please report it with a saved log.</p>}
      <Table name={counted ? "This view, so far" : "Heard by this browser, so far"} lines={viewLines(view)} />
      {!counted && <p>What Segment sent, left out, or lost on the way is unknown: no server counts it.</p>}
      {missed.unknown > 0 && <p>{plural(missed.unknown, "gap")} of unknown size: {missed.gaps.slice(-3).map(({ at, reason }) => `${clock(at)} ${reason}`).join("; ")}.</p>}
      {doors.map(({ source, door }) => (
        <Table key={source} name={`Received: ${source}`} lines={sourceLines(door)} />
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

/** A line of the ledger. */
export interface LedgerLine {
  readonly word: string;
  readonly value: number;
  readonly sum: boolean;
}

const part = (word: string, value: number): LedgerLine => ({ word, value, sum: false });
const some = (lines: readonly LedgerLine[]): LedgerLine[] => lines.filter(({ value }) => value > 0);

/** The lines of the remote lane. */
export function viewLines(view: FrameCounts): LedgerLine[] {
  const offered = [part("at a node", view.lit), part("unmapped", view.unmapped), part("filtered at the server", view.filtered), part("missed", view.missed)];
  const carried = [part("beyond the budget: counted, not shown", view.thinned), part("left out by the sample: counted, not shown", view.sampled_out), part("forgotten people: counted, no longer kept", view.forgotten)];
  return [{ word: "received", value: view.offered, sum: true }, ...some(offered), { word: "of these shown in full", value: view.carried, sum: true }, ...some(carried)];
}

/** The lines of a source. */
export function sourceLines(door: IngestCounters): LedgerLine[] {
  const refused = Object.entries(door.refused).map(([code, n]) => part(`refused: ${code}`, n));
  const parts = [part("kept", door.taken), part("duplicate", door.duplicate), part("while Realtime was off", door.unwatched), part("over the rate limit", door.rate_limited), ...refused];
  const beside = [part("of these with “undefined” or its like for an identifier: in no trace", door.placeholder ?? 0), part("of these with “undefined” or its like for a message id: repeats, but for the first", door.shared_id ?? 0), part("times that records of the stream were left unread", door.gaps ?? 0)];
  return [{ word: "received", value: door.received, sum: true }, ...some(parts), ...some(beside)];
}
