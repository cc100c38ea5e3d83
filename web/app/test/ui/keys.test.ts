// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { deed, letGo } from "../../src/ui/keys.ts";

const press = (key: string, target: EventTarget | null = document.body, held: Partial<KeyboardEvent> = {}) => deed({ key, target, ctrlKey: false, metaKey: false, altKey: false, ...held });

describe("the keys of the page", () => {
  it("PIC-40: each key has one deed", () => {
    expect([" ", "c", "C", "/", "f", "Escape", "?", "t", "d", "n", "x"].map((key) => press(key))).toEqual(["pause", "clear", "clear", "filter", "follow", "escape", "help", "table", "theme", "now", null]);
  });

  it("PIC-40: none acts while somebody types, in a menu or a dialog, or with a modifier", () => {
    document.body.innerHTML = "<input><select></select><div role=menu><b>m</b></div><dialog><button>x</button></dialog>";
    for (const element of document.querySelectorAll("input, select, b, button")) expect(press("c", element)).toBeNull();
    expect(press("c", document.body, { ctrlKey: true })).toBeNull();
  });

  it("PIC-40: a button pressed by pointer lets go of the keyboard; one pressed by key, or that opens a menu, keeps it", () => {
    document.body.innerHTML = "<button>a</button><button aria-haspopup=menu>b</button>";
    const kept = [...document.querySelectorAll("button")].flatMap((button) => [0, 1].map((detail) => {
      button.focus();
      letGo({ detail, target: button });
      return document.activeElement === button;
    }));
    expect(kept).toEqual([true, false, true, true]);
  });

  it("PIC-40: Space presses what the keyboard has focused, and pauses otherwise", () => {
    const focused = { tagName: "BUTTON", matches: () => true, closest: () => null } as unknown as EventTarget;
    const clicked = { tagName: "BUTTON", matches: () => false, closest: () => null } as unknown as EventTarget;
    expect([press(" ", focused), press(" ", clicked), press("c", focused)]).toEqual([null, "pause", "clear"]);
  });
});
