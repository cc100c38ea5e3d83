import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ambiguous, compare, lateness, merged, placeOf } from "../../src/traces/order.ts";
import type { Mark } from "../../src/traces/types.ts";
import { event, graph, told } from "./support.ts";

function mark(at: number, arrived: number, id: string, late = false): Mark {
  const traces = told(graph("A", ""), [event(0, "a", "A")]);
  return { ...traces.live.values().next().value!.marks[0]!, at, arrived, id, late };
}

const marks = fc.uniqueArray(fc.record({ at: fc.nat(5), arrived: fc.nat(5), id: fc.stringMatching(/^[a-f]{1,2}$/) }), { selector: (one) => one.id, maxLength: 12 })
  .map((all) => all.map((one) => mark(one.at, one.arrived, one.id)));

describe("the order of marks", () => {
  it("TRC-9: is by occurrence, then arrival, then message id", () => {
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
    expect(lateness([mark(1, 5, "a"), mark(2, 3, "b"), mark(3, 4, "c"), mark(4, 4, "d", true)])).toEqual([true, false, false, true]);
  });

  it("TRC-10: neighbours of the same millisecond are in doubt", () => {
    const all = [mark(1, 1, "a"), mark(2, 1, "b"), mark(2, 2, "c")];
    expect(all.map((_, n) => ambiguous(all, n))).toEqual([false, true, true]);
  });
});
