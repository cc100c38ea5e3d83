import { expect, it } from "vitest";
import { OFF } from "../../src/lanes/lane.ts";

it("a lane that was never started is off and has heard nothing", () => {
  expect(OFF).toMatchObject({ connection: "off", transport: null, lastFrameAt: null, why: "" });
});
