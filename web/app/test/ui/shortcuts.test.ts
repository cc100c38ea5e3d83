// @vitest-environment jsdom

import { describe, expect, it } from "vitest";
import { rendered } from "../support/render.tsx";
import { blurAfterClick, shortcutFor, useKeys } from "../../src/ui/shortcuts.ts";
import { batch, GRAPH, hello } from "../support/page.ts";

describe("keys", () => {
  const press = (key: string, target: EventTarget | null = document.body, held: Partial<KeyboardEvent> = {}) => shortcutFor({ key, target, ctrlKey: false, metaKey: false, altKey: false, ...held });

  describe("the keys of the page", () => {
    it("PIC-40: each key has one deed", () => {
      expect([" ", "c", "C", "/", "f", "Escape", "?", "t", "d", "n", "x"].map((key) => press(key))).toEqual(["pause", "clear", "clear", "filter", "follow", "escape", "help", "table", "theme", "now", null]);
    });

    it("PIC-40: none acts while text is typed, in a menu or a dialog, or with a modifier", () => {
      document.body.innerHTML = "<input><select></select><div role=menu><b>m</b></div><dialog><button>x</button></dialog>";
      for (const element of document.querySelectorAll("input, select, b, button")) expect(press("c", element)).toBeNull();
      expect(press("c", document.body, { ctrlKey: true })).toBeNull();
    });

    it("PIC-87: Ctrl or ⌘ with Z undoes, and no other combination", () => {
      document.body.innerHTML = "<input>";
      expect([press("z", document.body, { ctrlKey: true }), press("Z", document.body, { metaKey: true }), press("z")]).toEqual(["undo", "undo", null]);
      for (const held of [{ ctrlKey: true, shiftKey: true }, { ctrlKey: true, metaKey: true }, { ctrlKey: true, altKey: true }]) expect(press("z", document.body, held)).toBeNull();
      expect(press("z", document.querySelector("input"), { ctrlKey: true })).toBeNull();
    });

    it("PIC-101: Ctrl or ⌘ with K opens the search, also from a field, and no other combination", () => {
      document.body.innerHTML = "<input><dialog><button>x</button></dialog>";
      expect([press("k", document.body, { ctrlKey: true }), press("K", document.querySelector("input"), { metaKey: true }), press("k")]).toEqual(["search", "search", null]);
      for (const held of [{ ctrlKey: true, shiftKey: true }, { ctrlKey: true, metaKey: true }, { ctrlKey: true, altKey: true }]) expect(press("k", document.body, held)).toBeNull();
      expect(press("k", document.querySelector("button"), { ctrlKey: true })).toBeNull();
    });

    it("PIC-40: a button pressed by pointer lets go of the keyboard; one pressed by key, or that opens a menu, keeps it", () => {
      document.body.innerHTML = "<button>a</button><button aria-haspopup=menu>b</button>";
      const kept = [...document.querySelectorAll("button")].flatMap((button) => [0, 1].map((detail) => {
        button.focus();
        blurAfterClick({ detail, target: button });
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
});

describe("useKeys", () => {
  const press = (key: string) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

  describe("listening to the keys", () => {
    it("PIC-40: each key acts on the page", () => {
      document.body.innerHTML = '<input id="filter">';
      const { store, engine, unmount } = rendered(useKeys);
      store.setState({ phase: "on", graph: GRAPH });
      engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
      engine.dispatch({ kind: "frame", frame: hello });
      engine.dispatch({ kind: "frame", frame: batch(0) });
      press(" ");
      expect(store.getState().paused).toBe(true);
      press(" ");
      press("f");
      expect(engine.state.follows).toEqual(["t"]);
      store.setState({ selected: "a" });
      press("Escape");
      expect([store.getState().selected, engine.state.follows]).toEqual([null, ["t"]]);
      press("Escape");
      expect(engine.state.follows).toEqual([]);
      press("c");
      expect(engine.light.node("a").count).toBe(0);
      press("?");
      expect(store.getState().overlay).toBe("help");
      press("t");
      expect(store.getState().overlay).toBe("table");
      press("Escape");
      expect(store.getState().overlay).toBeNull();
      press("d");
      expect(store.getState().preferences.theme).toBe("light");
      store.setState({ overlay: "search" });
      press("d");
      press(" ");
      expect([store.getState().preferences.theme, store.getState().paused], "what is typed before the search has opened").toEqual(["light", false]);
      press("Escape");
      expect(store.getState().overlay).toBeNull();
      press("/");
      expect(document.activeElement?.id).toBe("filter");
      unmount();
      press("d");
      expect(store.getState().preferences.theme).toBe("light");
    });
  });
});
