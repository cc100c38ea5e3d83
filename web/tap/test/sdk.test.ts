import { expect, it } from "vitest";
import { EVENT_TYPES } from "../src/sdk.ts";

it("TAP-1: six kinds of calls are heard", () => {
  expect([...EVENT_TYPES].sort()).toEqual(["alias", "group", "identify", "page", "screen", "track"]);
});
