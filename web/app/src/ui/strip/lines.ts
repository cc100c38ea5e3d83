/** The lines of the ledgers, as people read them: the sum first, then its parts; parts that are nothing are left out. */
import type { IngestCounters, FrameCounts } from "@dagnet-realtime/engine/wire.gen";

export interface LedgerLine {
  readonly word: string;
  readonly value: number;
  readonly sum: boolean;
}

const part = (word: string, value: number): LedgerLine => ({ word, value, sum: false });
const some = (lines: readonly LedgerLine[]): LedgerLine[] => lines.filter(({ value }) => value > 0);

export function viewLines(view: FrameCounts): LedgerLine[] {
  const offered = [part("lit a node", view.lit), part("unmapped", view.unmapped), part("filtered at the server", view.filtered), part("missed", view.missed)];
  const carried = [part("thinned: counted, not carried", view.thinned), part("sampled out: counted, not carried", view.sampled_out), part("forgotten: counted, no longer kept", view.forgotten)];
  return [{ word: "offered", value: view.offered, sum: true }, ...some(offered), { word: "of these carried in full", value: view.carried, sum: true }, ...some(carried)];
}

export function doorLines(door: IngestCounters): LedgerLine[] {
  const refused = Object.entries(door.refused).map(([code, n]) => part(`refused: ${code}`, n));
  const parts = [part("taken", door.taken), part("duplicate", door.duplicate), part("while nobody watched", door.unwatched), part("over the rate limit", door.rate_limited), ...refused];
  const beside = [part("of these with “undefined” or its like for an identifier: nobody’s", door.placeholder ?? 0), part("of these with “undefined” or its like for a message id: repeats, but for the first", door.shared_id ?? 0)];
  return [{ word: "received", value: door.received, sum: true }, ...some(parts), ...some(beside)];
}
