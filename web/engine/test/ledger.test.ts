import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action } from "../src/actions.ts";
import { addCounters, addCounts, balances, countersBalance, type CountersBySource, countMissed, createFrameSums, createMissedEvents, mergeBatches, setBaseline, sumBatches, sumCounts } from "../src/ledger.ts";
import { isProblem } from "../src/problem.ts";
import { reduce } from "../src/reduce.ts";
import { ledger, totals } from "../src/select/totals.ts";
import { readSessionLog, writeSessionLog } from "../src/sessionLogFile.ts";
import { restore, snapshot } from "../src/snapshot.ts";
import type { State } from "../src/state.ts";
import type { IngestCounters } from "../src/wire.gen.ts";
import { after, batch, event, frame, GRAPH, heard, on, T0, tap } from "./support.ts";

describe("ledger", () => {
  it("ENG-2: the sums of true frames balance", () => {
    const sums = addCounts(addCounts(createFrameSums(), batch(0, [event("a"), event("")]).ledger), batch(2, [event("a"), event("a")], 1).ledger);
    expect(sums).toMatchObject({ offered: 4, lit: 3, unmapped: 1, carried: 3, thinned: 1 });
    expect(balances(sums)).toBe(true);
    expect(balances({ ...sums, carried: 2 })).toBe(false);
    expect(balances({ ...sums, carried: sums.carried - 1, forgotten: 1 })).toBe(true);
  });

  it("ENG-2: a known gap is offered and missed, an unknown one is a gap and nothing else", () => {
    const sums = createFrameSums(), missed = createMissedEvents();
    countMissed(sums, missed, { missed: 5, reason: "fell off" }, 1);
    countMissed(sums, missed, { missed: null, reason: "another epoch" }, 2);
    expect(sums).toMatchObject({ offered: 5, missed: 5 });
    expect(missed).toMatchObject({ exact: 5, unknown: 1, gaps: [{ missed: 5 }, { missed: null }] });
    expect(balances(sums)).toBe(true);
    for (let n = 0; n < 100; n++) countMissed(sums, missed, { missed: 1, reason: "" }, n);
    expect(missed.gaps).toHaveLength(50);
  });
});

describe("doors", () => {
  const door = (ingested: number, bad = 0): IngestCounters => ({ received: ingested + bad + 1, refused: bad > 0 ? { invalid: bad } : {}, rate_limited: 0, unwatched: 1, duplicate: 0, taken: ingested });

  it("ENG-2: the door counts from where it stood at the first hello", () => {
    const doors: CountersBySource = new Map();
    setBaseline(doors, { web: door(100, 2) });
    addCounters(doors, { web: door(130, 5), ios: door(7) });
    expect(doors.get("web")?.since).toEqual({ received: 33, refused: { invalid: 3 }, rate_limited: 0, unwatched: 0, duplicate: 0, taken: 30 });
    expect(doors.get("ios")?.since.taken).toBe(7);
    expect([...doors.values()].every(({ since }) => countersBalance(since))).toBe(true);
  });

  it("ENG-2: counters that fell in a hello began again with their process, in a beat they are of an earlier moment", () => {
    const doors: CountersBySource = new Map();
    setBaseline(doors, { web: door(100) });
    addCounters(doors, { web: door(110) });
    addCounters(doors, { web: door(108) });
    addCounters(doors, { web: door(112) });
    expect(doors.get("web")?.since.taken).toBe(12);
    setBaseline(doors, { web: door(2) });
    expect(doors.get("web")?.since.taken).toBe(12);
    setBaseline(doors, { web: door(3) });
    expect(doors.get("web")?.since.taken).toBe(13);
  });

  it("ENG-20: garbage does not make doors without end", () => {
    const doors: CountersBySource = new Map();
    for (let n = 0; n < 600; n++) { addCounters(doors, { [`s${n}`]: door(1) }); setBaseline(doors, { [`t${n}`]: door(1) }); }
    expect(doors.size).toBe(500);
  });

  it("RED-21: what is counted beside the sum is there once it has counted", () => {
    const doors: CountersBySource = new Map();
    const door = (ingested: number, more: Partial<IngestCounters> = {}): IngestCounters => ({ received: ingested, refused: {}, rate_limited: 0, unwatched: 0, duplicate: 0, taken: ingested, ...more });
    setBaseline(doors, { web: door(1, { placeholder: 5 }) });
    addCounters(doors, { web: door(2, { placeholder: 5 }) });
    expect(doors.get("web")?.since).toEqual(door(1));
    addCounters(doors, { web: door(4, { placeholder: 7, shared_id: 1 }) });
    expect(doors.get("web")?.since).toEqual(door(3, { placeholder: 2, shared_id: 1 }));
  });
});

describe("batch", () => {
  it("ENG-12: two frames as one count as both did", () => {
    const first = batch(0, [event("a"), event("")]), second = batch(2, [event("a b"), event("b")], 1);
    const both = mergeBatches([first, second], 2);
    expect(both).toMatchObject({ from: "e.0", position: "e.4", counts: { a: 2, b: 2 }, unmapped: { Unheard: 1 }, threshold: 0.5, ledger: { offered: 4, lit: 3, carried: 3, thinned: 1 } });
    expect([mergeBatches([], 2), sumBatches([])]).toEqual([null, null]);
    expect(both?.events.map((one) => one.id)).toEqual([first.events[1]?.id, second.events[0]?.id]);
  });

  it("ENG-20: counts are summed under every key, also the odd ones", () => {
    const odd = JSON.parse('{"__proto__": 2, "constructor": 1}') as Record<string, number>;
    expect(JSON.stringify(sumCounts([odd, odd]))).toBe('{"__proto__":4,"constructor":2}');
  });
});

describe("condense", () => {
  /** What a stream may bring: a frame of so many events, a gap of known or unknown size, a local message. */
  const brought = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("batch" as const), n: fc.integer({ min: 1, max: 3 }) }) },
    fc.record({ kind: fc.constant("gap" as const), n: fc.option(fc.integer({ min: 1, max: 9 })) }),
    fc.record({ kind: fc.constant("tap" as const), n: fc.constant(1) }),
  );
  const stream = fc.array(brought, { maxLength: 60 }).map((all) => {
    let at = 0;
    return all.map(({ kind, n }, time): Action => {
      if (kind === "tap") return tap(time, heard("A"));
      const from = at;
      at += n ?? 5;
      return frame(time, kind === "batch" ? batch(from, Array.from({ length: n }, () => event("a"))) : { op: "gap", from: `e.${from}`, to: `e.${at}`, missed: n, reason: "behind the log's tail" });
    });
  });
  /** Counts, with what is missed of them, and gaps of unknown size. */
  function reported(state: State) {
    const { missed, misfits } = ledger(state);
    return { count: totals(state, T0).count + missed.exact, unknown: missed.unknown, misfits };
  }
  function replayed(state: State): State {
    const log = readSessionLog(writeSessionLog(state));
    if (isProblem(log)) throw new Error(log.detail);
    return after([on("replay", { position: "", graph: log.header.definition ?? GRAPH }), ...log.frames]);
  }
  const begun = [on(), on("local")];

  it("ENG-12, ENG-13, ENG-18, ENG-19: what sums frames to save room keeps every gap: log, Undo, pause and snapshot", () => {
    fc.assert(fc.property(stream, fc.nat(60), fc.constantFrom(12, 40, 60_000), fc.constantFrom(4, 20_000), (inputs, cut, log, buffer) => {
      const small = { log, held: buffer }, seen = reported(after([...begun, ...inputs]));
      const state = after([...begun, ...inputs], small);
      expect(reported(state)).toEqual(seen);
      expect(reported(replayed(state))).toEqual(seen);
      expect(reported(after([...begun, ...inputs.slice(0, cut), { kind: "clear", at: T0 + 90 }, ...inputs.slice(cut), { kind: "undo", at: T0 + 99 }], small))).toEqual(seen);
      const paused = after([...begun, ...inputs.slice(0, cut), { kind: "pause", at: T0 + 90 }, ...inputs.slice(cut).map((one) => ({ ...one, at: one.at + 100 }))], small);
      for (const bytes of [1e6, 5_500]) {
        const back = restore(snapshot(paused, bytes), small);
        if (back !== null) expect(reported(reduce(back, { kind: "tick", at: T0 + 999 }))).toEqual(seen);
      }
      expect(reported(reduce(paused, { kind: "resume", at: T0 + 999 }))).toEqual(seen);
      expect(reported(replayed(paused))).toEqual(seen);
    }), { numRuns: 40 });
  });

  it("ENG-10: beyond the bound of gaps the oldest are two, and what is missed of known size stays whole", () => {
    const inputs = Array.from({ length: 300 }, (_, n) => frame(n, { op: "gap", from: `e.${n}`, to: `e.${n + 1}`, missed: n % 2 === 0 ? 1 : null, reason: "" }));
    const state = after([...begun, ...inputs, ...Array.from({ length: 900 }, (_, n) => frame(300 + n, batch(300 + n, [event("a")])))], { log: 1600 });
    expect(state.accumulation.log.head.length).toBeLessThanOrEqual(260);
    expect(reported(replayed(state))).toMatchObject({ count: 900 + 150, misfits: 0 });
  });

  it("ENG-18: a reload while paused keeps what the local lane heard, and says what does not fit", () => {
    const paused = after([...begun, { kind: "pause", at: T0 }, ...Array.from({ length: 1_500 }, (_, n) => tap(n, heard("A")))]);
    const back = restore(snapshot(paused, 1_500_000));
    if (back === null) throw new Error("nothing was restored");
    reduce(back, { kind: "tick", at: T0 + 9_999 });
    const { missed } = ledger(back);
    expect([totals(back, T0).count + missed.exact, totals(back, T0).count > 1_000, missed.exact < 500]).toEqual([1_500, true, true]);
  });
});
