import { describe, expect, it } from "vitest";
import { ApiError } from "@dagnet-realtime/client/http";
import { dismiss, announceNotes, toast, toNotice } from "../../src/store/notices.ts";
import { readPreferences } from "../../src/store/preferences.ts";
import { createUiStore } from "../../src/store/uiState.ts";

const words = { what: "A", meaning: "", remedy: "", bad: false };

describe("notices", () => {
  it("WEB-12: a refusal says what happened, what it means and what to do", () => {
    expect(toNotice(new ApiError("gone", "Ended.", "Nobody watched.", "Press On."), "Nothing is counted.")).toEqual({ what: "Ended. Nobody watched.", meaning: "Nothing is counted.", remedy: "Press On.", bad: true });
    expect(toNotice(new Error("x"), "m").remedy).not.toBe("");
    expect(toNotice("odd", "m").what).not.toBe("");
  });

  it("toasts leave by themselves, and the fourth pushes the first out", () => {
    const store = createUiStore(readPreferences(null, false));
    const waits: (() => void)[] = [];
    for (const what of ["1", "2", "3", "4"]) toast(store, { ...words, what }, (run) => waits.push(run));
    expect(store.getState().toasts.map((one) => one.what)).toEqual(["2", "3", "4"]);
    waits[2]?.();
    dismiss(store, store.getState().toasts[0]?.id ?? 0);
    expect(store.getState().toasts.map((one) => one.what)).toEqual(["4"]);
  });

  it("WEB-12: notes of one moment are one toast; when they no longer hold it goes, and that is said", () => {
    const store = createUiStore(readPreferences(null, false));
    const shown = () => store.getState().toasts.map(({ what, meaning }) => [what, meaning]);
    announceNotes(store, [], ["g.json is gone.", "It is shown as it was."]);
    announceNotes(store, ["g.json is gone.", "It is shown as it was."], ["g.json is gone.", "It is shown as it was."]);
    expect(shown()).toEqual([["A note about this view.", "g.json is gone. It is shown as it was."]]);
    announceNotes(store, ["g.json is gone.", "It is shown as it was."], []);
    expect(shown()).toEqual([["All is well with this view again.", "What was noted about it no longer holds."]]);
  });
});
