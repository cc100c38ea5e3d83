import { expect, it } from "vitest";
import { OFF, positionAfter } from "../../src/transport/transport.ts";

it("a lane that was never started is off and has heard nothing", () => {
  expect(OFF).toMatchObject({ connection: "off", transport: null, lastFrameAt: null, why: "" });
});

it("HUB-7: a gap stands where it ends, and a farewell stands nowhere", () => {
  expect(positionAfter({ op: "gap", from: "a", to: "b", missed: null, reason: "epoch" })).toBe("b");
  expect(positionAfter({ op: "bye", reason: "x", retry_after: null })).toBeNull();
});
