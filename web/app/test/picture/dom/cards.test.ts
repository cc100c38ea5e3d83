// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import { Cards } from "../../../src/picture/dom/cards.ts";

describe("writing cards", () => {
  let cards: Cards;
  let root: HTMLElement;
  let age: Text;
  let rate: Text;
  beforeEach(() => {
    cards = new Cards();
    root = document.createElement("div");
    age = document.createTextNode("");
    rate = document.createTextNode("");
    cards.attach("a", { root, age, rate, dark: "" });
  });

  it("PIC-6: shows a level as border, gauge and printed rate together", () => {
    cards.write("a", { count: 9, rate: 41, level: 0.5, lastAt: 9_000 }, 10_000);
    expect([root.dataset["seen"], root.dataset["heat"], rate.nodeValue, age.nodeValue, root.dataset["fresh"]]).toEqual(["lit", "3", "41/s", "now", "yes"]);
    cards.write("a", { count: 9, rate: 0, level: 0, lastAt: 9_000 }, 50_000);
    expect([root.dataset["heat"], rate.nodeValue, age.nodeValue, root.dataset["fresh"]]).toEqual(["0", "0/s", "41s", "no"]);
  });

  it("PIC-5: a node that has not lit waits, one that never can says so", () => {
    const dark = { count: 0, rate: 0, level: 0, lastAt: null };
    cards.write("a", dark, 0);
    expect([root.dataset["seen"], rate.nodeValue, age.nodeValue]).toEqual(["waiting", "no events yet", "never"]);
    cards.attach("a", { root, age, rate, dark: "No event" });
    cards.write("a", dark, 0);
    expect([root.dataset["seen"], rate.nodeValue]).toEqual(["dark", "no event"]);
  });

  it("PIC-9: touches the page only where something differs", () => {
    const light = { count: 1, rate: 1, level: 0.1, lastAt: 0 };
    cards.write("a", light, 0);
    const seen: MutationRecord[] = [];
    const watch = new MutationObserver((records) => { seen.push(...records); });
    watch.observe(root, { attributes: true });
    cards.write("a", light, 0);
    seen.push(...watch.takeRecords());
    expect(seen).toEqual([]);
  });

  it("forgets a card that left, unless another took its place", () => {
    const again = new Cards();
    const away = again.attach("b", { root, age, rate, dark: "" });
    const other = document.createElement("div");
    again.attach("b", { root: other, age, rate, dark: "" });
    away();
    again.write("b", { count: 1, rate: 1, level: 1, lastAt: 0 }, 0);
    expect(other.dataset["heat"]).toBe("5");
    again.write("gone", { count: 1, rate: 1, level: 1, lastAt: 0 }, 0);
  });
});
