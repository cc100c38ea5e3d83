// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { StillList } from "../../src/kit/RovingList.tsx";
import { CLICK_MS } from "../../src/kit/stillOrder.ts";

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const clicked = vi.fn();
const rows = (): string[] => screen.queryAllByRole("button").map(({ textContent }) => textContent);
const pass = (ms: number): void => { act(() => { vi.advanceTimersByTime(ms); }); };

/** A list of rows named by a letter, each with what it says at present. */
function list(items: string, whileOver = false) {
  return (
    <StillList whileOver={whileOver} items={items.split(" ").filter(Boolean)} keyOf={(item) => item.slice(0, 1)} aria-label="Rows">
      {(item) => <li><button type="button" onClick={() => { clicked(item.slice(0, 1)); }}>{item}</button></li>}
    </StillList>
  );
}

it("PIC-100: from a press to its click rows stand still and say what is new", () => {
  clicked.mockReset();
  const { rerender } = render(list("a1 b1"));
  const pressed = screen.getByRole("button", { name: "b1" });
  fireEvent.pointerDown(pressed);
  rerender(list("c2 b2 a2"));
  expect(rows()).toEqual(["a2", "b2"]);
  fireEvent.pointerUp(pressed);
  rerender(list("d3 c3 a3"));
  expect([rows()[0], pressed.isConnected]).toEqual(["a3", true]);
  pass(CLICK_MS - 1);
  expect(rows()[0]).toBe("a3");
  fireEvent.click(pressed);
  expect(clicked.mock.calls).toEqual([["b"]]);
  pass(0);
  expect(rows()).toEqual(["d3", "c3", "a3"]);
});

it("PIC-100: a click whose row moved away is the pressed row's, unless the pointer was drawn away", () => {
  clicked.mockReset();
  render(list("a b"));
  const [a, b] = ["a", "b"].map((name) => screen.getByRole("button", { name })) as [HTMLElement, HTMLElement];
  const press = (on: HTMLElement, off: HTMLElement, x: number): void => {
    fireEvent(on, new MouseEvent("pointerdown", { bubbles: true, clientX: 50, clientY: 50 }));
    fireEvent.pointerUp(off);
    fireEvent.click(off, { clientX: x, clientY: 50 });
  };
  press(a, b, 52);
  press(a, screen.getByRole("list"), 50);
  press(a, b, 90);
  expect(clicked.mock.calls).toEqual([["a"], ["a"], ["b"]]);
  fireEvent.click(b, { clientX: 50, clientY: 50 });
  expect(clicked.mock.lastCall).toEqual(["b"]);
});

it("PIC-100: rows stand still under a pointer and the keyboard's focus, and an emptied list is empty", () => {
  const { rerender } = render(list("a b", true));
  const at = screen.getByRole("list");
  fireEvent.pointerEnter(at);
  act(() => { screen.getByRole("button", { name: "a" }).focus(); });
  rerender(list("b a", true));
  fireEvent.pointerLeave(at);
  expect(rows()).toEqual(["a", "b"]);
  rerender(list("", true));
  expect(rows()).toEqual([]);
  rerender(list("b a", true));
  act(() => { (document.activeElement as HTMLElement).blur(); });
  fireEvent.pointerEnter(at);
  fireEvent.pointerLeave(at);
  expect(rows()).toEqual(["b", "a"]);
});
