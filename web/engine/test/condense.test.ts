import fc from "fast-check";
import { expect, it } from "vitest";
import type { Input } from "../src/input.ts";
import { readSessionLog, sessionLog } from "../src/logfile.ts";
import { isProblem } from "../src/problem.ts";
import { restore } from "../src/restore.ts";
import { reduce } from "../src/reduce.ts";
import { ledger } from "../src/select/ledger.ts";
import { totals } from "../src/select/light.ts";
import { snapshot } from "../src/snapshot.ts";
import type { State } from "../src/state.ts";
import { after, batch, event, frame, GRAPH, heard, on, T0, tap } from "./support.ts";

/** What a stream may bring: a frame of so many events, a gap of known or unknown size, a local message. */
const brought = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("batch" as const), n: fc.integer({ min: 1, max: 3 }) }) },
  fc.record({ kind: fc.constant("gap" as const), n: fc.option(fc.integer({ min: 1, max: 9 })) }),
  fc.record({ kind: fc.constant("tap" as const), n: fc.constant(1) }),
);
const stream = fc.array(brought, { maxLength: 60 }).map((all) => {
  let at = 0;
  return all.map(({ kind, n }, time): Input => {
    if (kind === "tap") return tap(time, heard("A"));
    const from = at;
    at += n ?? 5;
    return frame(time, kind === "batch" ? batch(from, Array.from({ length: n }, () => event("a"))) : { op: "gap", from: `e.${from}`, to: `e.${at}`, missed: n, reason: "behind the log's tail" });
  });
});
/** Counts, with what is missed of them, and gaps of unknown size. */
function told(state: State) {
  const { missed, misfits } = ledger(state);
  return { count: totals(state, T0).count + missed.exact, unknown: missed.unknown, misfits };
}
function replayed(state: State): State {
  const log = readSessionLog(sessionLog(state));
  if (isProblem(log)) throw new Error(log.detail);
  return after([on("replay", { position: "", graph: log.header.definition ?? GRAPH }), ...log.frames]);
}
const begun = [on(), on("local")];

it("ENG-12, ENG-13, ENG-18, ENG-19: what sums frames to save room keeps every gap: log, Undo, pause and snapshot", () => {
  fc.assert(fc.property(stream, fc.nat(60), fc.constantFrom(12, 40, 60_000), fc.constantFrom(4, 20_000), (inputs, cut, log, held) => {
    const small = { log, held }, seen = told(after([...begun, ...inputs]));
    const state = after([...begun, ...inputs], small);
    expect(told(state)).toEqual(seen);
    expect(told(replayed(state))).toEqual(seen);
    expect(told(after([...begun, ...inputs.slice(0, cut), { kind: "clear", at: T0 + 90 }, ...inputs.slice(cut), { kind: "undo", at: T0 + 99 }], small))).toEqual(seen);
    const paused = after([...begun, ...inputs.slice(0, cut), { kind: "pause", at: T0 + 90 }, ...inputs.slice(cut).map((one) => ({ ...one, at: one.at + 100 }))], small);
    for (const bytes of [1e6, 5_500]) {
      const back = restore(snapshot(paused, bytes), small);
      if (back !== null) expect(told(reduce(back, { kind: "tick", at: T0 + 999 }))).toEqual(seen);
    }
    expect(told(reduce(paused, { kind: "resume", at: T0 + 999 }))).toEqual(seen);
    expect(told(replayed(paused))).toEqual(seen);
  }), { numRuns: 40 });
});

it("ENG-10: beyond the bound of gaps the oldest are two, and what is missed of known size stays whole", () => {
  const inputs = Array.from({ length: 300 }, (_, n) => frame(n, { op: "gap", from: `e.${n}`, to: `e.${n + 1}`, missed: n % 2 === 0 ? 1 : null, reason: "" }));
  const state = after([...begun, ...inputs, ...Array.from({ length: 900 }, (_, n) => frame(300 + n, batch(300 + n, [event("a")])))], { log: 1600 });
  expect(state.kept.log.head.length).toBeLessThanOrEqual(260);
  expect(told(replayed(state))).toMatchObject({ count: 900 + 150, misfits: 0 });
});

it("ENG-18: a reload while paused keeps what the local lane heard, and says what does not fit", () => {
  const paused = after([...begun, { kind: "pause", at: T0 }, ...Array.from({ length: 1_500 }, (_, n) => tap(n, heard("A")))]);
  const back = restore(snapshot(paused, 1_500_000));
  if (back === null) throw new Error("nothing was restored");
  reduce(back, { kind: "tick", at: T0 + 9_999 });
  const { missed } = ledger(back);
  expect([totals(back, T0).count + missed.exact, totals(back, T0).count > 1_000, missed.exact < 500]).toEqual([1_500, true, true]);
});
