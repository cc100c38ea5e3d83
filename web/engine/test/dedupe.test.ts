import fc from "fast-check";
import { expect, it } from "vitest";
import { addMissing, createDedupeSet, createSuccessor, LOCAL, lookUp, remember, REMOTE } from "../src/dedupe.ts";

it("ENG-3: at least the last half of the bound is remembered, and never more than the bound", () => {
  const seen = createDedupeSet(100);
  for (let n = 0; n < 1000; n++) remember(seen, `m${n}`, n, REMOTE);
  for (let n = 950; n < 1000; n++) expect(lookUp(seen, `m${n}`)).toEqual({ row: n, lanes: REMOTE });
  expect(lookUp(seen, "m800")).toBeUndefined();
  expect(seen.young.size + seen.older.size).toBeLessThanOrEqual(100);
});

it("ENG-3: at least the last half is remembered over any number of Clears, between any ids", () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.constant("clear" as const), fc.nat(30)), { maxLength: 200 }), (acts) => {
    let seen = createDedupeSet(20);
    const reported: string[] = [];
    for (const act of acts) {
      if (act === "clear") seen = createSuccessor(seen);
      else {
        const id = `m${act}`;
        if (reported.includes(id)) reported.splice(reported.indexOf(id), 1);
        reported.push(id);
        remember(seen, id, act, REMOTE);
      }
      for (const id of reported.slice(-10)) expect(lookUp(seen, id)).toEqual({ row: Number(id.slice(1)), lanes: REMOTE });
      expect(seen.young.size + seen.older.size).toBeLessThanOrEqual(20);
    }
  }));
});

it("ENG-3, ENG-13: an Undo knows what was heard since, also what it cannot bring back", () => {
  const before = createDedupeSet(100), since = createSuccessor(before);
  remember(since, "m1", 5, LOCAL);
  addMissing(before, since);
  expect(lookUp(before, "m1")).toEqual({ row: -1, lanes: LOCAL });
});

it("ENG-3: what was heard before Clear is known after it, and the other way round nothing leaks back", () => {
  const before = createDedupeSet(100);
  remember(before, "m1", 1, LOCAL);
  const since = createSuccessor(before);
  remember(since, "m1", 1, LOCAL | REMOTE);
  remember(since, "m2", 2, REMOTE);
  expect(lookUp(since, "m1")).toEqual({ row: 1, lanes: LOCAL | REMOTE });
  expect(lookUp(before, "m1")).toEqual({ row: 1, lanes: LOCAL });
  expect(lookUp(before, "m2")).toBeUndefined();
});
