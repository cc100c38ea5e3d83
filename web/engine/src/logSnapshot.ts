/** The session log within a snapshot: every entry at its own time, as long as there is room. */
import { type EventBuffer, rowAt } from "./eventBuffer.ts";
import { sumBatches } from "./ledger.ts";
import type { LogEntry, LoggedBatch } from "./sessionLog.ts";
import type { Accumulation } from "./state.ts";
import type { TapStage } from "./tapMessage.ts";
import type { Change, FrameCounts, Gap } from "./wire.gen.ts";

/** A log as it is saved. `from` is where counting began in the server's log, `erased` are the
 * numbers of rows that were deleted, `keys` the nodes and names that entries count.
 */
export interface SavedLog {
  readonly from: string;
  readonly erased: readonly number[];
  readonly keys: readonly string[];
  readonly entries: readonly SavedEntry[];
}

/** Numbers by the index of their key, one after the other. */
type Counted = readonly number[];
type SavedBatch = readonly [kind: "b", at: number, from: string | 0, position: string, counts: Counted, unmapped: Counted, other: number, tests: Counted | 0, threshold: number, ledger: Counted, rows: readonly number[]];
type SavedEntry = SavedBatch | readonly [kind: "f", at: number, frame: Gap | Change] | readonly [kind: "t", at: number, row: number, stage: TapStage, reason: string];

const LEDGER = ["offered", "lit", "unmapped", "filtered", "missed", "carried", "thinned", "sampled_out", "forgotten"] as const satisfies readonly (keyof FrameCounts)[];
/** Batches of so many milliseconds become one while the log does not fit: the state at the end of
 * each stays what it was.
 */
const COARSER = [0, 1000, 10_000, 60_000];

/** The log as text of at most `most` characters; "" if it does not fit even by the minute. */
export function logText({ log, events, position }: Accumulation, most: number): string {
  const all = [...log.head, ...log.entries];
  for (const width of COARSER) {
    const text = JSON.stringify(saved(width === 0 ? all : merged(all, width), events, position));
    if (text.length <= most) return text;
  }
  return "";
}

function saved(entries: readonly LogEntry[], events: EventBuffer, from: string): SavedLog {
  const keys = new Map<string, number>();
  const indexOf = (key: string): number => {
    const known = keys.get(key) ?? keys.size;
    keys.set(key, known);
    return known;
  };
  const counted = (counts: Readonly<Record<string, number>>): Counted => Object.entries(counts).flatMap(([key, n]) => [indexOf(key), n]);
  let end = "";
  const written = entries.map((entry): SavedEntry => {
    if (entry.kind === "tap") return ["t", entry.at, entry.row, entry.stage, entry.reason];
    if (entry.kind === "frame") return ["f", entry.at, entry.frame];
    const { from, position, counts, unmapped, other, tests, threshold, ledger, rows } = entry.frame;
    const begin = from === end ? 0 : from;
    end = position;
    return ["b", entry.at, begin, position, counted(counts), counted(unmapped), other, tests === undefined ? 0 : counted(tests), threshold, LEDGER.map((name) => ledger[name]), runs(rows)];
  });
  const erased: number[] = [];
  for (let row = events.start; row < events.end; row += 1) if (rowAt(events, row) === null) erased.push(row);
  return { from, erased, keys: [...keys.keys()], entries: written };
}

/** Neighbouring numbers as their first one and how many there are. */
function runs(rows: readonly number[]): readonly number[] {
  const all: number[] = [];
  for (const row of rows) {
    const [first = NaN, n = 0] = all.slice(-2);
    if (row === first + n) all[all.length - 1] = n + 1;
    else all.push(row, 1);
  }
  return all;
}

/** Batches of the same `width` milliseconds as one, at the time of the last of them. */
function merged(entries: readonly LogEntry[], width: number): readonly LogEntry[] {
  const all: LogEntry[] = [];
  let run: { readonly at: number; readonly frame: LoggedBatch }[] = [];
  const close = (): void => {
    const last = run.at(-1), summed = sumBatches(run.map(({ frame }) => frame));
    if (last !== undefined && summed !== null) all.push({ kind: "batch", at: last.at, frame: { ...summed, rows: run.flatMap(({ frame }) => frame.rows) } });
    run = [];
  };
  for (const entry of entries) {
    const last = run.at(-1);
    if (entry.kind !== "batch" || last === undefined || Math.ceil(entry.at / width) !== Math.ceil(last.at / width) || isPast(entry.frame) || isPast(last.frame) || entry.frame.from !== last.frame.position) close();
    if (entry.kind === "batch") run.push(entry);
    else all.push(entry);
  }
  close();
  return all;
}

/** Events of a trace's past cover nothing, and must not be counted with those of a frame. */
function isPast({ from, position }: LoggedBatch): boolean {
  return from === position;
}

/** The entries of a saved log; `rows` are the numbers that the rows before `end` have now, oldest
 * first. Rows that were not saved are left out.
 */
export function readLog({ erased, keys, entries }: SavedLog, end: number, rows: readonly number[]): readonly LogEntry[] {
  const now = numbering(new Set(erased), end, rows);
  const counts = (counted: Counted): Record<string, number> => {
    const all: [string, number][] = [];
    for (let i = 0; i < counted.length; i += 2) all.push([keys[counted[i] ?? -1] ?? "", counted[i + 1] ?? 0]);
    return Object.fromEntries(all);
  };
  let last = "";
  return entries.flatMap((entry): LogEntry[] => {
    if (entry[0] === "f") return [{ kind: "frame", at: entry[1], frame: entry[2] }];
    if (entry[0] === "t") {
      const row = now.get(entry[2]);
      return row === undefined ? [] : [{ kind: "tap", at: entry[1], row, stage: entry[3], reason: entry[4] }];
    }
    const [, at, begin, position, lit, unmapped, other, tests, threshold, sums, carried] = entry;
    const from = begin === 0 ? last : begin;
    last = position;
    const ledger = Object.fromEntries(LEDGER.map((name, index) => [name, sums[index] ?? 0])) as unknown as FrameCounts;
    const frame: LoggedBatch = { op: "batch", from, position, counts: counts(lit), unmapped: counts(unmapped), other, ...(tests === 0 ? {} : { tests: counts(tests) }), threshold, ledger, rows: expand(carried).flatMap((row) => now.get(row) ?? []) };
    return [{ kind: "batch", at, frame }];
  });
}

/** What each row's number has become. */
function numbering(erased: ReadonlySet<number>, end: number, rows: readonly number[]): ReadonlyMap<number, number> {
  const now = new Map<number, number>();
  let number = end;
  for (const row of [...rows].reverse()) {
    do number -= 1; while (erased.has(number));
    now.set(number, row);
  }
  return now;
}

function expand(all: readonly number[]): number[] {
  const rows: number[] = [];
  for (let i = 0; i < all.length; i += 2) for (let n = 0; n < (all[i + 1] ?? 0); n += 1) rows.push((all[i] ?? 0) + n);
  return rows;
}
