// @vitest-environment jsdom

import { amount } from "@dagnet-realtime/layer/staticLayer";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { heatStep } from "@dagnet-realtime/engine/activity";
import { ageText, Cards, rateText, share } from "../../src/picture/cardWriter.ts";

const SAYS = { title: "Basket", event: "add_to_cart", width: 172, height: 84 };

describe("cards", () => {
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
      cards.attach("a", { root, texts: { age, rate }, dark: "", ...SAYS });
    });

    it("PIC-6: shows a level by gauge and printed rate, which border and fill go with", () => {
      cards.write("a", { count: 9, rate: 41, level: 0.5, lastAt: 9_000 }, 10_000);
      expect([root.dataset["seen"], root.dataset["heat"], rate.nodeValue, age.nodeValue, root.dataset["fresh"]]).toEqual(["lit", "4", "41/s", "now", "yes"]);
      cards.write("a", { count: 9, rate: 0, level: 0, lastAt: 9_000 }, 50_000);
      expect([root.dataset["heat"], rate.nodeValue, age.nodeValue, root.dataset["fresh"]]).toEqual(["0", "0/s", "41s", "no"]);
    });

    it("PIC-6: a node that has not lit waits, one that never can says so", () => {
      const dark = { count: 0, rate: 0, level: 0, lastAt: null };
      cards.write("a", dark, 0);
      expect([root.dataset["seen"], rate.nodeValue, age.nodeValue, cards.waiting()]).toEqual(["waiting", "not seen yet", "", true]);
      cards.attach("a", { root, texts: { age, rate }, dark: "No event", ...SAYS });
      cards.write("a", dark, 0);
      expect([root.dataset["seen"], rate.nodeValue, cards.waiting()]).toEqual(["dark", "no event", false]);
    });

    it("PIC-21: says counts and a time of day while the picture is not live, and nothing before the first On", () => {
      const light = { count: 1758, rate: 6.1, level: 0.5, lastAt: new Date(2026, 10, 30, 1, 10, 34).getTime() };
      cards.show("counts");
      cards.write("a", light, light.lastAt);
      expect([root.dataset["seen"], root.dataset["heat"], root.dataset["fresh"], rate.nodeValue, age.nodeValue]).toEqual(["lit", "0", "no", "1,758 events", "01:10"]);
      cards.show("none");
      cards.write("a", { count: 0, rate: 0, level: 0, lastAt: null }, 0);
      expect([root.dataset["seen"], rate.nodeValue]).toEqual(["waiting", "not watched"]);
    });

    it("PIC-83: says n of m under a filter, and never “not seen yet” of what the filter hides", () => {
      cards.write("a", { count: 12, rate: 1, level: 0.1, lastAt: 0, of: 322, all: 322 }, 0);
      expect(rate.nodeValue).toBe("12 of 322");
      cards.write("a", { count: 0, rate: 0, level: 0, lastAt: null, of: 322, all: 322 }, 0);
      expect([root.dataset["seen"], rate.nodeValue, age.nodeValue]).toEqual(["hidden", "0 of 322", ""]);
      cards.write("a", { count: 0, rate: 0, level: 0, lastAt: null, of: 0, all: 9 }, 0);
      expect([root.dataset["seen"], rate.nodeValue]).toEqual(["hidden", "none of 9 held"]);
      cards.write("a", { count: 0, rate: 0, level: 0, lastAt: null, of: 0, all: 0 }, 0);
      expect(rate.nodeValue).toBe("not seen yet");
    });

    it("PIC-84: marks what test events alone have lit", () => {
      cards.write("a", { count: 0, rate: 0, level: 0, lastAt: null, tests: 1, testAt: 0 }, 1000);
      expect([root.dataset["seen"], root.dataset["tests"], rate.nodeValue, age.nodeValue]).toEqual(["test", "yes", "1 test event", "test"]);
      cards.write("a", { count: 2, rate: 1, level: 0.1, lastAt: 0, tests: 1, testAt: 0 }, 1000);
      expect([root.dataset["seen"], root.dataset["tests"], rate.nodeValue]).toEqual(["lit", "yes", "1/s"]);
    });

    it("PIC-8: touches the page only if something differs", () => {
      const light = { count: 1, rate: 1, level: 0.1, lastAt: 0 };
      cards.write("a", light, 0);
      const seen: MutationRecord[] = [];
      const watch = new MutationObserver((records) => { seen.push(...records); });
      watch.observe(root, { attributes: true });
      cards.write("a", light, 0);
      seen.push(...watch.takeRecords());
      expect(seen).toEqual([]);
    });

    it("PIC-15: marks the cards on followed paths", () => {
      cards.follow(new Set(["a"]));
      expect(root.hasAttribute("data-path")).toBe(true);
      cards.follow(new Set());
      expect(root.hasAttribute("data-path")).toBe(false);
    });

    it("PIC-25: a node is active for a minute after its last event", () => {
      const light = { count: 1, rate: 0, level: 0, lastAt: 1000 };
      cards.write("a", light, 60_999);
      expect(cards.active()).toEqual(["a"]);
      cards.write("a", light, 61_000);
      expect(cards.active()).toEqual([]);
    });

    it("PIC-28: lays words out anew for another scale of type", () => {
      expect([root.dataset["room"], root.style.getPropertyValue("--dr-title")]).toEqual(["all", "13.00px"]);
      cards.scale(3);
      expect([root.dataset["room"], root.style.getPropertyValue("--dr-title")]).toEqual(["name", "33.00px"]);
      expect(root.hasAttribute("data-narrow")).toBe(true);
      cards.scale(20);
      expect(root.dataset["room"]).toBe("none");
    });

    it("forgets a card that left, unless another took its place", () => {
      const again = new Cards();
      const away = again.attach("b", { root, texts: { age, rate }, dark: "", ...SAYS });
      const other = document.createElement("div");
      again.attach("b", { root: other, texts: { age, rate }, dark: "", ...SAYS });
      away();
      again.write("b", { count: 1, rate: 1, level: 1, lastAt: 0 }, 0);
      expect(other.dataset["heat"]).toBe("8");
      again.write("gone", { count: 1, rate: 1, level: 1, lastAt: 0 }, 0);
    });
  });
});

describe("words", () => {
  it("PIC-6: prints rates in at most four figures", () => {
    expect([212.4, 9.23, 3, 0.1, 0.01, 0, 1234, 98_765, 2_500_000].map(rateText)).toEqual(["212/s", "9.2/s", "3/s", "0.1/s", "<0.1/s", "0/s", "1.2k/s", "99k/s", "2.5M/s"]);
    fc.assert(fc.property(fc.double({ min: 0, max: 9e6, noNaN: true }), (rate) => { expect(amount(rate).length).toBeLessThanOrEqual(5); }));
  });

  it("PIC-6: says how long ago coarsely", () => {
    expect([null, 0, -5, 1999, 2000, 59_999, 60_000, 3_599_000, 7_200_000].map(ageText)).toEqual(["never", "now", "now", "now", "2s", "59s", "1m", "59m", "2h"]);
  });

  it("says a share in whole per cents", () => {
    expect(share(0.333)).toBe("33%");
  });
});

describe("strength", () => {
  it("PIC-6: shows eight steps of heat, and at least one for anything above nothing", () => {
    expect([0, 0.01, 0.125, 0.126, 0.5, 0.99, 1, 3].map(heatStep)).toEqual([0, 1, 1, 2, 4, 8, 8, 8]);
  });
});
