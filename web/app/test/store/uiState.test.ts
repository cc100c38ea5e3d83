import { expect, it } from "vitest";
import { readPreferences } from "../../src/store/preferences.ts";
import { createUiStore } from "../../src/store/uiState.ts";

it("a page starts with nothing shown and nothing received", () => {
  expect(createUiStore(readPreferences(null, false)).getState()).toMatchObject({ phase: "starting", graph: null, session: null, connection: { connection: "off" }, toasts: [] });
});
