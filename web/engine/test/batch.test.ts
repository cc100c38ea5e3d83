import { expect, it } from "vitest";
import { merge, sum, summary } from "../src/batch.ts";
import { batch, event } from "./support.ts";

it("ENG-12: two frames as one count as both did", () => {
  const first = batch(0, [event("a"), event("")]), second = batch(2, [event("a b"), event("b")], 1);
  const both = merge([first, second], 2);
  expect(both).toMatchObject({ from: "e.0", position: "e.4", counts: { a: 2, b: 2 }, unmapped: { Unheard: 1 }, threshold: 0.5, ledger: { offered: 4, lit: 3, carried: 3, thinned: 1 } });
  expect([merge([], 2), summary([])]).toEqual([null, null]);
  expect(both?.events.map((one) => one.id)).toEqual([first.events[1]?.id, second.events[0]?.id]);
});

it("ENG-20: counts are summed under every key, also the odd ones", () => {
  const odd = JSON.parse('{"__proto__": 2, "constructor": 1}') as Record<string, number>;
  expect(JSON.stringify(sum([odd, odd]))).toBe('{"__proto__":4,"constructor":2}');
});
