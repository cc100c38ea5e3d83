import { expect, it } from "vitest";
import { roveTo } from "../../src/kit/roving.ts";
import { placeAfter } from "../../src/feed/FeedRows.tsx";

const button = (): HTMLElement => ({}) as HTMLElement;

it("PIC-100: arrows go from row to row, and within a row of several buttons", () => {
  const rows = [[button(), button()], [button()], [button(), button()]];
  const [[a, b], [c], [d]] = rows as [[HTMLElement, HTMLElement], [HTMLElement], [HTMLElement]];
  expect(roveTo(rows, a, "ArrowRight")).toBe(b);
  expect(roveTo(rows, b, "ArrowLeft")).toBe(a);
  expect(roveTo(rows, b, "ArrowDown")).toBe(c);
  expect(roveTo(rows, a, "End")).toBe(d);
  expect(roveTo(rows, c, "Home")).toBe(a);
  expect(roveTo(rows, a, "ArrowUp")).toBeNull();
  expect(roveTo(rows, a, "x")).toBeNull();
  expect(roveTo(rows, button(), "ArrowDown")).toBeNull();
});

it("PIC-100: keys lead from an event to another, and stop at both ends", () => {
  expect([["ArrowDown", 3], ["ArrowUp", 3], ["PageDown", 3], ["PageUp", 3], ["Home", 3], ["End", 3], ["ArrowUp", 0], ["ArrowDown", 9], ["a", 3]].map(([key, place]) => placeAfter(String(key), Number(place), 10, 5))).toEqual([4, 2, 8, 0, 0, 9, 0, 9, null]);
});
