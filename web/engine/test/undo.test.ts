import fc from "fast-check";
import { expect, it } from "vitest";
import type { Input } from "../src/input.ts";
import { feed } from "../src/select/feed.ts";
import { ledger } from "../src/select/ledger.ts";
import { nodeLight, totals } from "../src/select/light.ts";
import type { State } from "../src/state.ts";
import { after, batch, event, frame, heard, on, T0, tap } from "./support.ts";

it("ENG-13: Undo brings frames, gaps and local messages together, and there is one step only", () => {
  const state = after([on(), on("local"), frame(1, batch(0, [event("a")])), tap(2, heard("A")), { kind: "clear", at: T0 + 3 },
    frame(4, batch(1, [event("a"), event("a")])), frame(5, { op: "gap", from: "e.3", to: "e.5", missed: 2, reason: "" }), tap(6, heard("B", { properties: { device: "mobile" } })),
    { kind: "undo", at: T0 + 7 }, { kind: "undo", at: T0 + 8 }]);
  expect([nodeLight(state, "a", T0).count, nodeLight(state, "b", T0).count, totals(state, T0).count]).toEqual([3 + 1, 1, 5]);
  expect(ledger(state)).toMatchObject({ balances: true, duplicates: 0, waiting: 2, missed: { exact: 2 } });
});

it("ENG-4: what was heard before Clear is no event after it", () => {
  const one = event("a");
  const state = after([on(), frame(1, batch(0, [one])), { kind: "clear", at: T0 + 3 }, frame(4, batch(1, [one]))]);
  expect([state.kept.duplicates, state.kept.view.rows]).toEqual([1, []]);
});

it("ENG-13: nothing was cleared, nothing comes back", () => {
  expect(totals(after([on(), frame(1, batch(0, [event("a")])), { kind: "undo", at: T0 }]), T0).count).toBe(1);
});

/** What a message was called and left as, whether it was told before the SDK took it, and whether the server has it. */
const way = fc.record({ called: fc.constantFrom("A", "C", "Y"), left: fc.constantFrom("A", "C", "Y"), early: fc.boolean(), remote: fc.boolean() });

function counts(state: State): object {
  const { count, mapped, unmapped } = totals(state, T0);
  return { a: nodeLight(state, "a", T0).count, c: nodeLight(state, "c", T0).count, count, mapped, unmapped, rows: feed(state, { start: 0, count: 99 }).rows.map(({ id, name }) => `${id} ${name}`).sort() };
}

it("ENG-13: a message whose calls, stages and twin come on either side of a Clear is one again after Undo, in whatever order they came", () => {
  fc.assert(fc.property(fc.array(way, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(99), { minLength: 24, maxLength: 24 }), fc.nat(99), (ways, turns, clear) => {
    let position = 0;
    const lines = ways.map(({ called, left, early, remote }, n): ((at: number) => Input)[] => {
      const one = heard(called, { messageId: `w${n}` }), last = { ...one, name: left, names: [left], stage: "enriched" } as const;
      const line: ((at: number) => Input)[] = [(at) => tap(at, { ...one, ...(early ? { replaces: `tap-${n}` } : {}) }), (at) => tap(at, last)];
      if (early) line.unshift((at) => tap(at, { ...one, messageId: `tap-${n}`, traces: [] }));
      if (remote) line.splice((turns[n] ?? 0) % (line.length + 1), 0, (at) => frame(at, batch(position++, [event(left === "Y" ? "" : left.toLowerCase(), { id: one.messageId, name: left })])));
      return line;
    });
    const ordered = turns.flatMap((turn) => {
      const open = lines.filter((line) => line.length > 0);
      return open[turn % Math.max(1, open.length)]?.splice(0, 1) ?? [];
    });
    const inputs = ordered.map((input, n) => input(n + 1));
    const place = clear % (inputs.length + 1), cleared: Input[] = [{ kind: "clear", at: T0 + place }, ...inputs.slice(place), { kind: "undo", at: T0 + 99 }];
    const lanes = [on("local"), on("remote")];
    const once = after([...lanes, ...ways.map(({ left }, n) => tap(n, heard(left, { messageId: `w${n}` })))]);
    expect(counts(after([...lanes, ...inputs.slice(0, place), ...cleared]))).toEqual(counts(once));
    expect(counts(after([...lanes, ...inputs]))).toEqual(counts(once));
  }), { numRuns: 60 });
});

it("ENG-13: a twin that came after Clear gives the row its place in the log back with Undo, and lights nothing meanwhile", () => {
  const one = heard("A"), hits: string[] = [];
  const inputs = [on("local"), on("remote"), tap(1, one), { kind: "clear", at: T0 + 2 } as const];
  const state = after([...inputs, frame(3, batch(0, [event("", { id: one.messageId, name: "Z", offset: 7 })])), { kind: "undo", at: T0 + 4 }], {}, { hit: ({ node, at }) => hits.push(`${node} ${at - T0}`), step: () => undefined });
  expect(feed(state, { start: 0, count: 9 }).rows).toMatchObject([{ id: one.messageId, name: "Z", order: 7, source: "web", nodes: [] }]);
  expect([hits, nodeLight(state, "a", T0).count, totals(state, T0).count]).toEqual([["a 1"], 0, 1]);
});
