import { describe, expect, it } from "vitest";
import { Refusal } from "../../src/lanes/http.ts";
import { dismiss, notes, toast, told } from "../../src/store/notices.ts";
import { recall } from "../../src/store/remember.ts";
import { createShell } from "../../src/store/store.ts";

const words = { what: "A", meaning: "", remedy: "", bad: false };

describe("what people are told", () => {
  it("PIC-44: a refusal says what happened, what it means and what to do", () => {
    expect(told(new Refusal("gone", "Ended.", "Nobody watched.", "Press On."), "Nothing is counted.")).toEqual({ what: "Ended. Nobody watched.", meaning: "Nothing is counted.", remedy: "Press On.", bad: true });
    expect(told(new Error("x"), "m").remedy).not.toBe("");
    expect(told("odd", "m").what).not.toBe("");
  });

  it("toasts leave by themselves, and the fourth pushes the first out", () => {
    const store = createShell(recall(null, false));
    const waits: (() => void)[] = [];
    for (const what of ["1", "2", "3", "4"]) toast(store, { ...words, what }, (run) => waits.push(run));
    expect(store.getState().toasts.map((one) => one.what)).toEqual(["2", "3", "4"]);
    waits[2]?.();
    dismiss(store, store.getState().toasts[0]?.id ?? 0);
    expect(store.getState().toasts.map((one) => one.what)).toEqual(["4"]);
  });

  it("PIC-44: notes of one moment are one toast; when they no longer hold it goes, and that is said", () => {
    const store = createShell(recall(null, false));
    const shown = () => store.getState().toasts.map(({ what, meaning }) => [what, meaning]);
    notes(store, [], ["g.json is gone.", "It is shown as it was."]);
    notes(store, ["g.json is gone.", "It is shown as it was."], ["g.json is gone.", "It is shown as it was."]);
    expect(shown()).toEqual([["A note about this view.", "g.json is gone. It is shown as it was."]]);
    notes(store, ["g.json is gone.", "It is shown as it was."], []);
    expect(shown()).toEqual([["All is well with this view again.", "What was noted about it no longer holds."]]);
  });
});
