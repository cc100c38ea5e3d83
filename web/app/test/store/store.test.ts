import { expect, it } from "vitest";
import { recall } from "../../src/store/remember.ts";
import { createShell } from "../../src/store/store.ts";

it("a page starts with nothing shown and nothing received", () => {
  expect(createShell(recall(null, false)).getState()).toMatchObject({ phase: "starting", graph: null, session: null, lane: { connection: "off" }, toasts: [] });
});
