import { describe, expect, it } from "vitest";
import { createJumps, dropJump, ensureJump, pairKey, touchJump } from "../../src/traces/jumpTable.ts";

describe("the table of jumps", () => {
  it("TRC-18: lets the jump of fewest traces go when it is full, then the longest quiet, and says that it did", () => {
    const jumps = createJumps(2);
    const first = ensureJump(jumps, 0, 1, () => 0).id;
    const second = ensureJump(jumps, 0, 2, () => 0).id;
    touchJump(jumps, first, 50);
    touchJump(jumps, second, 40);
    expect(ensureJump(jumps, 0, 1, () => 0)).toEqual({ id: first, evicted: null });
    expect(ensureJump(jumps, 0, 3, (id) => id === first ? 1 : 2)).toEqual({ id: 2, evicted: first });
    expect(ensureJump(jumps, 0, 4, () => 7).evicted).toBe(2);
    expect(jumps.evicted).toBe(2);
    expect(jumps.byPair.get(pairKey(0, 2))?.last).toBe(40);
  });

  it("TRC-18: never uses an id twice, and keeps the latest time", () => {
    const jumps = createJumps(5);
    const id = ensureJump(jumps, 0, 1, () => 0).id;
    touchJump(jumps, id, 9);
    touchJump(jumps, id, 3);
    expect(jumps.byId.get(id)?.last).toBe(9);
    dropJump(jumps, id);
    dropJump(jumps, id);
    expect(ensureJump(jumps, 0, 1, () => 0).id).not.toBe(id);
  });
});
