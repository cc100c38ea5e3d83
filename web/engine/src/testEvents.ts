/**
 * Test events: they light their node, and are counted apart from traffic, so that they move no
 * rate, cover no node and make no trace.
 */
import type { Batch, FrameEvent } from "./wire.gen.ts";

/** How often, and when last by the viewer's clock. */
export interface TestCount {
  count: number;
  lastAt: number;
}

/** By node (uuid), and under `ALL_TESTS` how many there were in all, lit or not. */
export type TestCounts = Map<string, TestCount>;

export const ALL_TESTS = "";

/** Numbers of test events by the same keys. */
export type TestNumbers = Readonly<Record<string, number>>;

/** Counts of frames without their test events, whose numbers stand in `tests`. */
export interface CountedApart {
  readonly tests?: TestNumbers;
}

/** Whether an event was sent to try the way here, rather than by a visitor. */
export function isTest({ flags }: Pick<FrameEvent, "flags">): boolean {
  return flags.includes("test");
}

/** A frame with its test events counted apart; every one of them is carried, so their number is
 * exact. A frame that has `tests` is returned as it is: a session log holds such frames.
 */
export function countTestsApart(frame: Batch & CountedApart): Batch & CountedApart {
  if (frame.tests !== undefined || frame.ledger.offered === 0) return frame;
  const events = frame.events.filter(isTest);
  if (events.length === 0) return frame;
  const counts = new Map(Object.entries(frame.counts)), unmapped = new Map(Object.entries(frame.unmapped)), tests = new Map([[ALL_TESTS, events.length]]);
  let [other, lit] = [frame.other, 0];
  for (const { nodes, name } of events) {
    for (const node of nodes) {
      tests.set(node, (tests.get(node) ?? 0) + 1);
      takeOne(counts, node);
    }
    if (nodes.length > 0) lit += 1;
    else if (!takeOne(unmapped, name)) other = Math.max(0, other - 1);
  }
  const { ledger } = frame;
  const less = (value: number, n: number): number => Math.max(0, value - n);
  return {
    ...frame, counts: Object.fromEntries(counts), unmapped: Object.fromEntries(unmapped), other, tests: Object.fromEntries(tests),
    ledger: { ...ledger, offered: less(ledger.offered, events.length), lit: less(ledger.lit, lit), unmapped: less(ledger.unmapped, events.length - lit), carried: less(ledger.carried, events.length) },
  };
}

/** Takes one off a count, and the count away once it is 0; false if there was none. */
function takeOne(counts: Map<string, number>, key: string): boolean {
  const n = counts.get(key);
  if (n === undefined) return false;
  if (n > 1) counts.set(key, n - 1);
  else counts.delete(key);
  return true;
}

/** Adds a frame's test events at `at`; `most` keys at most. */
export function addTests(all: TestCounts, tests: TestNumbers | undefined, at: number, most: number): void {
  for (const [key, n] of Object.entries(tests ?? {})) {
    const known = all.get(key);
    // A log is a file, and anybody may have written it.
    if (!Number.isSafeInteger(n) || n <= 0 || (known === undefined && all.size > most)) continue;
    all.set(key, { count: (known?.count ?? 0) + n, lastAt: Math.max(known?.lastAt ?? at, at) });
  }
}

/** The test events of several frames; undefined if there are none. */
export function sumTests(frames: readonly CountedApart[]): TestNumbers | undefined {
  const all = new Map<string, number>();
  for (const { tests } of frames) for (const [key, n] of Object.entries(tests ?? {})) all.set(key, (all.get(key) ?? 0) + n);
  return all.size === 0 ? undefined : Object.fromEntries(all);
}

/** How often test events lit a node, or with `ALL_TESTS` how many there were. */
export function testCount(all: TestCounts, key: string): number {
  return all.get(key)?.count ?? 0;
}
