import { expect, it } from "vitest";
import { createSeen, inherit, LOCAL, look, mark, REMOTE } from "../src/seen.ts";

it("ENG-4: at least the last half of the bound is remembered, and never more than the bound", () => {
  const seen = createSeen(100);
  for (let n = 0; n < 1000; n++) mark(seen, `m${n}`, n, REMOTE);
  for (let n = 950; n < 1000; n++) expect(look(seen, `m${n}`)).toEqual({ row: n, lanes: REMOTE });
  expect(look(seen, "m800")).toBeUndefined();
  expect(seen.young.size + seen.older.size + seen.oldest.size).toBeLessThanOrEqual(100);
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
