import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventFits, fitOf, LEAST_TEXT, linesOf, piecesOf, typeScale, withSoftHyphens } from "../../src/picture/cardText.ts";

const said = (text: string) => piecesOf(text).map(({ text: piece, hyphen }) => piece + (hyphen ? "-" : "")).join("|");

describe("the words on cards", () => {
  it("PIC-28: type is never under 11 px on screen, and grows in few steps", () => {
    fc.assert(fc.property(fc.double({ min: 0.01, max: 4, noNaN: true }), (zoom) => {
      expect(LEAST_TEXT * typeScale(zoom) * zoom).toBeGreaterThanOrEqual(LEAST_TEXT - 1e-6);
      expect(typeScale(zoom) * Math.min(1, zoom)).toBeLessThan(1.05);
    }));
    expect(new Set(Array.from({ length: 400 }, (_, i) => typeScale(0.5 + i / 800))).size).toBeLessThan(20);
  });

  it("PIC-28: a line may end after a space or sign, within camel case, and within long words with a hyphen", () => {
    expect(said("Gave bank details")).toBe("Gave |bank |details");
    expect(said("post-registration_failure/now")).toBe("post-|regist-|ration_|failure/|now");
    expect(said("CheckpointReached")).toBe("Checkpoint|Reached");
    expect(said("Datenschutzerklärung")).toMatch(/^Da\w*-\|.*-\|.*ung$/);
    expect(said("إتمام عملية الشراء")).toBe("إتمام |عملية |الشراء");
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => { expect(piecesOf(text).map((piece) => piece.text).join("")).toBe(text); }));
  });

  it("PIC-28: a name whose lines are shortened by the icon beside them is said to fit only if all do", () => {
    const title = "The customer Household basket viewed recommendation and then Viewed registration started product before Checkout broadband";
    const scale = typeScale(0.86);
    expect(fitOf(title, 204, 84, scale, true).room).toBe("none");
    expect(fitOf(title, 204, 124, scale, true).room).not.toBe("none");
  });

  it("PIC-28: lines are counted as a browser breaks them, however long a word is", () => {
    expect(linesOf("one two three", 100)).toBe(1);
    expect(linesOf("one two three", 4.6)).toBe(2);
    expect(linesOf("x".repeat(100), 10)).toBeGreaterThanOrEqual(6);
    expect(linesOf("", 10)).toBe(1);
    fc.assert(fc.property(fc.string({ maxLength: 80 }), fc.double({ min: 2, max: 60, noNaN: true }), (text, width) => { expect(linesOf(text, width)).toBeGreaterThanOrEqual(linesOf(text, width * 2)); }));
  });

  it("PIC-28: an event's name takes the lines that are left, and is known to fit", () => {
    const { lines } = fitOf("Basket", 132, 104, 1, true);
    expect(lines).toBeGreaterThan(2);
    expect([eventFits("add_to_wishlist", 132, 1, 1), eventFits("CheckpointReached = Registered", 132, 1, 3), eventFits("CheckpointReached = Registered", 132, 1, 1)]).toEqual([true, true, false]);
    expect(eventFits("x".repeat(200), 132, 1, lines)).toBe(false);
  });

  it("PIC-28: a word is broken with a hyphen, or the card says nothing, but no word is cut", () => {
    for (const label of ["Landing page", "Product list", "Basket", "Email click", "Strengths", "Zahlungsmethode ausgewählt"])
      for (const zoom of [0.6, 0.4, 0.34, 0.28, 0.22, 0.15]) {
        const scale = typeScale(zoom);
        const { room, title, split } = fitOf(label, 172, 84, scale, true);
        const widest = Math.max(...piecesOf(label, split).map((piece) => piece.text.trimEnd().length + (piece.hyphen ? 1 : 0)));
        if (room !== "none") expect([label, zoom, widest * 0.56 * title <= 152]).toEqual([label, zoom, true]);
      }
    expect(fitOf("الاستخدامات", 100, 84, 3, false)).toMatchObject({ room: "none", split: false });
    expect(fitOf("購入完了手続き", 140, 84, 2, false).room).not.toBe("none");
    expect(withSoftHyphens("Landing page", true)).toBe("Lan\u00adding page");
    expect(withSoftHyphens(withSoftHyphens("Landing page", true), false)).toBe("Landing page");
    expect(["Basket", "Checkout", "Tickets"].map((word) => withSoftHyphens(word, true))).toEqual(["Bas\u00adket", "Check\u00adout", "Tick\u00adets"]);
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => { expect(piecesOf(text, true).map((piece) => piece.text).join("")).toBe(text); }));
  });

  it("PIC-25: the further away, the less a card shows: all, name and rate, its name, nothing", () => {
    const rooms = [1, 0.8, 0.65, 0.5, 0.4, 0.3, 0.2, 0.1].map((zoom) => fitOf("Gave bank details in onboarding", 172, 84, typeScale(zoom), true).room);
    const order = ["all", "rate", "name", "none"];
    for (const [i, room] of rooms.entries()) expect(order.indexOf(room)).toBeGreaterThanOrEqual(order.indexOf(rooms[i - 1] ?? "all"));
    expect([rooms[0], rooms.at(-1)]).toEqual(["all", "none"]);
    expect(new Set(rooms).size).toBeGreaterThan(2);
  });
});
