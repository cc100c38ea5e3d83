import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold, rank, score, wordsOf } from "../../../src/ui/search/ranking.ts";

const entries = (...titles: readonly string[]) => titles.map((title) => ({ title, fields: [fold(title)] }));
const found = (query: string, ...titles: readonly string[]) => rank(entries(...titles), query, 10).found.map(({ title }) => title);

describe("what answers to a search", () => {
  it("PIC-101: accents, case and signs do not count, in either direction", () => {
    for (const [query, title] of [
      ["datenschutzerklarung", "Datenschutzerklärung akzeptiert"], ["DATENSCHUTZERKLÄRUNG", "Datenschutzerklarung"], ["cafe", "Café\u0301s"], ["strasse", "Straße"], ["łodz", "Lodz"], ["odense o", "Odense Ø"],
      ["add to cart", "add_to_cart"], ["add_to_cart", "Add to cart"], ["add-to-cart", "addToCart"], ["الشراء", "إتمام عملية الشِراء"], ["購入", "購入完了"], ["$", "Price in $"],
    ] as const) expect([query, found(query, title)]).toEqual([query, [title]]);
  });

  it("PIC-101: every word is to be found, in any order, as a part or with letters left out", () => {
    expect(found("bank gave", "Gave bank details in onboarding")).toHaveLength(1);
    expect(found("onboard det", "Gave bank details in onboarding")).toHaveLength(1);
    expect(found("chkt", "Checkout")).toHaveLength(1);
    expect(found("atc", "add_to_cart")).toHaveLength(1);
    expect(found("bank nothing", "Gave bank details in onboarding")).toEqual([]);
    expect(found("ukcoh", "Checkout")).toEqual([]);
  });

  it("PIC-101: the better it is met the higher: whole, from the beginning, at a word, within one, by letters", () => {
    const titles = ["Embasketed", "My basket", "Basket", "Basket of goods", "Bank ask etc"];
    expect(found("basket", ...titles)).toEqual(["Basket", "Basket of goods", "My basket", "Embasketed", "Bank ask etc"]);
    expect(found("registered", "UserUnregistered", "SwitchRegistered")).toEqual(["SwitchRegistered", "UserUnregistered"]);
    expect(found("step 1", "Step 11", "Step 1", "Step 100")).toEqual(["Step 1", "Step 11", "Step 100"]);
  });

  it("PIC-101: the title counts for more than what is beside it", () => {
    const aside = { title: "a", fields: [fold("Landing"), fold("basket")] };
    const titled = { title: "b", fields: [fold("Basket page"), fold("x")] };
    expect(rank([aside, titled], "basket", 10).found).toEqual([titled, aside]);
  });

  it("PIC-101: as many as are asked for, with the number of all; without words all, in their order", () => {
    const many = entries(...Array.from({ length: 300 }, (_, i) => `Step ${i}`));
    expect(rank(many, "step", 12)).toMatchObject({ total: 300 });
    expect(rank(many, "step", 12).found).toHaveLength(12);
    expect(rank(many, "  ", 3).found.map(({ title }) => title)).toEqual(["Step 0", "Step 1", "Step 2"]);
  });

  it("PIC-101: any text finds itself, and nothing breaks it", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 80 }), (text) => {
      const words = wordsOf(text);
      for (const word of words) expect(score(word, fold(text))).toBeGreaterThan(0);
      expect(rank(entries(text), text, 1).total).toBe(1);
      const { text: folded, starts } = fold(text);
      expect(folded.length).toBe(starts.length);
    }));
  });
});
