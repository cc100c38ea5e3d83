import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ambiguous, compare, lateness, merged, placeOf } from "../../src/traces/order.ts";
import type { Mark } from "../../src/traces/types.ts";
import { event, graph, told } from "./support.ts";

function mark(at: number, arrived: number, id: string, late = false, order = Infinity, heard = 0): Mark {
  const traces = told(graph("A", ""), [event(0, "a", "A")]);
  return { ...traces.live.values().next().value!.marks[0]!, at, arrived, id, late, order, heard };
}

const marks = fc.uniqueArray(fc.record({ at: fc.nat(5), arrived: fc.nat(5), order: fc.constantFrom(1, 2, 3, Infinity), heard: fc.nat(3), id: fc.stringMatching(/^[a-f]{1,2}$/) }), { selector: (one) => one.id, maxLength: 12 })
  .map((all) => all.map((one) => mark(one.at, one.arrived, one.id, false, one.order, one.heard)));

describe("the order of marks", () => {
  it("TRC-9: of one moment it is the log's, whatever their arrivals and ids; what no log has placed comes last, as it arrived", () => {
    const all = [mark(1, 1, "a", false, Infinity, 8), mark(1, 1, "b", false, Infinity, 7), mark(1, 9, "z", false, 1), mark(1, 2, "y", false, 2), mark(0, 9, "x", false, 3)];
    expect([...all].sort(compare).map((one) => one.id)).toEqual(["x", "z", "y", "b", "a"]);
    const sum = (a: Mark, b: Mark, c: Mark) => [compare(a, b) <= 0, compare(b, c) <= 0, compare(a, c) <= 0];
    fc.assert(fc.property(marks, (some) => {
      for (const a of some) for (const b of some) for (const c of some) expect(sum(a, b, c)).not.toEqual([true, true, false]);
    }));
  });

  it("TRC-9: without a log it is by occurrence, then arrival, then message id", () => {
    const all = [mark(2, 0, "a"), mark(1, 2, "a"), mark(1, 1, "b"), mark(1, 1, "a")].sort(compare);
    expect(all.map((one) => [one.at, one.arrived, one.id])).toEqual([[1, 1, "a"], [1, 1, "b"], [1, 2, "a"], [2, 0, "a"]]);
  });

  it("TRC-9: finds each mark its place, and knows a message again", () => {
    fc.assert(fc.property(marks, (all) => {
      const list: Mark[] = [];
      for (const one of all) list.splice(placeOf(list, one)!, 0, one);
      expect(list).toEqual([...all].sort(compare));
      for (const one of all) expect(placeOf(list, { ...one, arrived: one.arrived + 1 })).toBeNull();
    }));
  });

  it("TRC-13: merges two lists as if they had been one, each message once", () => {
    fc.assert(fc.property(marks, fc.array(fc.boolean()), (all, sides) => {
      const left = all.filter((_, n) => sides[n] !== false).sort(compare);
      const right = all.filter((_, n) => sides[n] !== true).sort(compare);
      expect(merged(left, right)).toEqual([...all].sort(compare));
    }));
  });

  it("TRC-10: late is what arrived after a later one, or says so", () => {
    expect(lateness([mark(1, 5, "a", false, 1), mark(1, 3, "b", false, 2)]), "nothing occurred later").toEqual([false, false]);
    expect(lateness([mark(1, 5, "a"), mark(2, 3, "b"), mark(3, 4, "c"), mark(4, 4, "d", true)])).toEqual([true, false, false, true]);
  });

  it("TRC-10: neighbours of the same millisecond are in doubt", () => {
    const all = [mark(1, 1, "a"), mark(2, 1, "b"), mark(2, 2, "c")];
    expect(all.map((_, n) => ambiguous(all, n))).toEqual([false, true, true]);
  });
});
