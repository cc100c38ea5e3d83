import { describe, expect, it } from "vitest";
import { missed, nearest, type Near } from "../../src/traces/near.ts";

describe("near misses", () => {
  it("TRC-17: tell the commonest reason at a node", () => {
    const near: Near = new Map();
    for (const reason of ["case", "value", "value"]) missed(near, "B", reason);
    expect(nearest(near, "B")).toEqual({ reason: "value", count: 2 });
    expect(nearest(near, "C")).toBeNull();
  });

  it("TRC-18: are bounded in nodes and reasons", () => {
    const near: Near = new Map();
    for (let n = 0; n < 3000; n += 1) missed(near, `n${n % 1500}`, `reason ${n}`);
    for (let n = 0; n < 20; n += 1) missed(near, "n0", `more ${n}`);
    expect(near.size).toBe(1000);
    expect(near.get("n0")!.reasons.size).toBe(5);
    expect(near.get("n0")!.count).toBe(22);
  });
});
