import { describe, expect, it } from "vitest";
import { backoff, retryAfterSeconds } from "../../src/lanes/backoff.ts";

describe("back-off", () => {
  it("PIC-31: doubles from half a second to fifteen, and chance spreads it by half", () => {
    expect([0, 1, 2, 3].map((attempt) => backoff(attempt, 0))).toEqual([250, 500, 1000, 2000]);
    expect(backoff(0, 0.999)).toBeGreaterThan(490);
    expect(backoff(40, 0.999)).toBeLessThanOrEqual(15_000);
  });

  it("PIC-31: what the server asks for is a lower bound", () => {
    expect(backoff(0, 0, 3)).toBe(3000);
    expect(backoff(0, 0.9, 3)).toBeGreaterThan(3000);
    expect(backoff(5, 0.5, -1)).toBeGreaterThanOrEqual(0);
  });

  it("reads a Retry-After of seconds and nothing else", () => {
    expect(retryAfterSeconds("2")).toBe(2);
    expect(retryAfterSeconds("9000")).toBe(300);
    for (const odd of [null, "", "soon", "-1"]) expect(retryAfterSeconds(odd)).toBeNull();
  });
});
