import { describe, expect, it } from "vitest";
import { HIDDEN_MS, STALE_MS } from "../../../src/lanes/remote.ts";
import { ASK_MS, PATIENCE_MS, QUIET_MS, SUBSCRIBE_MS } from "../../../src/lanes/provider/road.ts";

describe("the road through a provider", () => {
  it("REL-15: gives up before the lane would call it stale, and asks well inside a lease", () => {
    expect(QUIET_MS).toBeLessThan(STALE_MS);
    expect(QUIET_MS).toBeGreaterThan(15_000);
    expect(ASK_MS).toBeLessThan(QUIET_MS);
    expect(SUBSCRIBE_MS).toBeLessThan(6_000);
    expect(PATIENCE_MS).toBeLessThan(HIDDEN_MS);
  });
});
