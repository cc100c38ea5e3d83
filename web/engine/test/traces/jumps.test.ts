import { describe, expect, it } from "vitest";
import { createJumps, drop, keep, pair, seen } from "../../src/traces/jumps.ts";

describe("the table of jumps", () => {
  it("TRC-18: lets the jump of fewest traces go when it is full, then the longest quiet, and says that it did", () => {
    const jumps = createJumps(2);
    const first = keep(jumps, 0, 1, () => 0).id;
    const second = keep(jumps, 0, 2, () => 0).id;
    seen(jumps, first, 50);
    seen(jumps, second, 40);
    expect(keep(jumps, 0, 1, () => 0)).toEqual({ id: first, evicted: null });
    expect(keep(jumps, 0, 3, (id) => id === first ? 1 : 2)).toEqual({ id: 2, evicted: first });
    expect(keep(jumps, 0, 4, () => 7).evicted).toBe(2);
    expect(jumps.evicted).toBe(2);
    expect(jumps.byPair.get(pair(0, 2))?.last).toBe(40);
  });

  it("TRC-18: never uses an id twice, and keeps the latest time", () => {
    const jumps = createJumps(5);
    const id = keep(jumps, 0, 1, () => 0).id;
    seen(jumps, id, 9);
    seen(jumps, id, 3);
    expect(jumps.byId.get(id)?.last).toBe(9);
    drop(jumps, id);
    drop(jumps, id);
    expect(keep(jumps, 0, 1, () => 0).id).not.toBe(id);
  });
});
