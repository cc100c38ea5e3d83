import { describe, expect, it } from "vitest";
import { Behind } from "../../src/lanes/behind.ts";
import { batch } from "../support/page.ts";

const AT = Date.UTC(2026, 10, 28, 12, 0, 0);
const told = (arrived: number) => {
  const frame = batch(0);
  return { ...frame, events: frame.events.map((event) => ({ ...event, arrived_at: new Date(arrived).toISOString() })) };
};

describe("how far a lane is behind", () => {
  it("PIC-34: clocks that differ are not behind, and what takes seconds longer than the shortest way is", () => {
    const behind = new Behind();
    expect(behind.after(told(AT - 3_600_000), AT)).toBe(0);
    expect(behind.after(told(AT - 3_600_000), AT + 7000)).toBe(7000);
    expect(behind.after(told(AT - 3_600_000 + 9000), AT + 10_000)).toBe(0);
  });

  it("a beat says that the head has been reached", () => {
    const behind = new Behind();
    behind.after(told(AT), AT + 10);
    expect(behind.after(told(AT), AT + 5000)).toBe(4990);
    expect(behind.after({ op: "beat", now: new Date(AT + 5000).toISOString(), position: "e:1", ledger: {} }, AT + 5010)).toBe(0);
  });

  it("a trace's past and a batch of counts alone say nothing", () => {
    const behind = new Behind();
    behind.after(told(AT), AT + 10);
    const past = told(AT - 60_000);
    expect(behind.after({ ...past, position: past.from }, AT + 20)).toBe(0);
    expect(behind.after({ ...told(AT), events: [] }, AT + 9000)).toBe(0);
  });
});
