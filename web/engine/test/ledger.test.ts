import { expect, it } from "vitest";
import { balances, createMissed, createSums, miss, plus } from "../src/ledger.ts";
import { batch, event } from "./support.ts";

it("ENG-9: the sums of true frames balance", () => {
  const sums = plus(plus(createSums(), batch(0, [event("a"), event("")]).ledger), batch(2, [event("a"), event("a")], 1).ledger);
  expect(sums).toMatchObject({ offered: 4, lit: 3, unmapped: 1, carried: 3, thinned: 1 });
  expect(balances(sums)).toBe(true);
  expect(balances({ ...sums, carried: 2 })).toBe(false);
  expect(balances({ ...sums, carried: sums.carried - 1, forgotten: 1 })).toBe(true);
});

it("ENG-9: a known gap is offered and missed, an unknown one is a gap and nothing else", () => {
  const sums = createSums(), missed = createMissed();
  miss(sums, missed, { missed: 5, reason: "fell off" }, 1);
  miss(sums, missed, { missed: null, reason: "another epoch" }, 2);
  expect(sums).toMatchObject({ offered: 5, missed: 5 });
  expect(missed).toMatchObject({ exact: 5, unknown: 1, gaps: [{ missed: 5 }, { missed: null }] });
  expect(balances(sums)).toBe(true);
  for (let n = 0; n < 100; n++) miss(sums, missed, { missed: 1, reason: "" }, n);
  expect(missed.gaps).toHaveLength(50);
});
