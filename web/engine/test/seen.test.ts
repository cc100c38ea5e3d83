import fc from "fast-check";
import { expect, it } from "vitest";
import { adopt, createSeen, inherit, LOCAL, look, mark, REMOTE } from "../src/seen.ts";

it("ENG-4: at least the last half of the bound is remembered, and never more than the bound", () => {
  const seen = createSeen(100);
  for (let n = 0; n < 1000; n++) mark(seen, `m${n}`, n, REMOTE);
  for (let n = 950; n < 1000; n++) expect(look(seen, `m${n}`)).toEqual({ row: n, lanes: REMOTE });
  expect(look(seen, "m800")).toBeUndefined();
  expect(seen.young.size + seen.older.size).toBeLessThanOrEqual(100);
});

it("ENG-4: at least the last half is remembered over any number of Clears, between whichever ids they come", () => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.constant("clear" as const), fc.nat(30)), { maxLength: 200 }), (acts) => {
    let seen = createSeen(20);
    const told: string[] = [];
    for (const act of acts) {
      if (act === "clear") seen = inherit(seen);
      else {
        const id = `m${act}`;
        if (told.includes(id)) told.splice(told.indexOf(id), 1);
        told.push(id);
        mark(seen, id, act, REMOTE);
      }
      for (const id of told.slice(-10)) expect(look(seen, id)).toEqual({ row: Number(id.slice(1)), lanes: REMOTE });
      expect(seen.young.size + seen.older.size).toBeLessThanOrEqual(20);
    }
  }));
});

it("ENG-4, ENG-13: an Undo knows what was heard since, also what it cannot bring back", () => {
  const before = createSeen(100), since = inherit(before);
  mark(since, "m1", 5, LOCAL);
  adopt(before, since);
  expect(look(before, "m1")).toEqual({ row: -1, lanes: LOCAL });
});

it("ENG-4: what was heard before Clear is known after it, and the other way round nothing leaks back", () => {
  const before = createSeen(100);
  mark(before, "m1", 1, LOCAL);
  const since = inherit(before);
  mark(since, "m1", 1, LOCAL | REMOTE);
  mark(since, "m2", 2, REMOTE);
  expect(look(since, "m1")).toEqual({ row: 1, lanes: LOCAL | REMOTE });
  expect(look(before, "m1")).toEqual({ row: 1, lanes: LOCAL });
  expect(look(before, "m2")).toBeUndefined();
});
