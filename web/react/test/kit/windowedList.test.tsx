// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WindowedList } from "../../src/kit/WindowedList.tsx";

beforeEach(() => {
  vi.useFakeTimers();
  for (const [name, value] of [["clientHeight", 300], ["clientWidth", 200]] as const) Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
  HTMLElement.prototype.scrollTo = function scrollTo(this: HTMLElement, to?: ScrollToOptions | number) {
    this.scrollTop = typeof to === "object" ? (to.top ?? 0) : 0;
    fireEvent.scroll(this);
  };
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  for (const name of ["clientHeight", "clientWidth", "scrollTo"]) Reflect.deleteProperty(HTMLElement.prototype, name);
});

const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `row ${n}`);
const list = (items: readonly string[]) => (
  <div style={{ overflowY: "auto", height: 300 }}>
    <WindowedList whileOver about={30} aria-label="Rows" items={items} keyOf={(item) => item}>
      {(item, row) => <li {...row}><button type="button">{item}</button></li>}
    </WindowedList>
  </div>
);
const rows = () => screen.getAllByRole("listitem");
const press = (key: string): void => { act(() => { fireEvent.keyDown(document.activeElement as Element, { key }); }); };

it("PIC-100: of a long list only rows in view are drawn, each with its place; it is one tab stop, and keys reach its ends", async () => {
  const { rerender } = render(list(names(2000)));
  expect(rows().length).toBeGreaterThan(5);
  expect(rows().length).toBeLessThan(60);
  expect([rows()[1]?.getAttribute("aria-posinset"), rows()[1]?.getAttribute("aria-setsize")]).toEqual(["2", "2000"]);
  await act(async () => { await Promise.resolve(); });
  expect(screen.getAllByRole("button").filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
  act(() => { screen.getByRole("button", { name: "row 0" }).focus(); });
  press("ArrowDown");
  expect(document.activeElement?.textContent).toBe("row 1");
  press("End");
  expect(document.activeElement?.textContent).toBe("row 1999");
  press("ArrowDown");
  expect(document.activeElement?.textContent).toBe("row 1999");
  // What has the keyboard stays on the page, wherever the list is scrolled to.
  rerender(list(names(2000)));
  act(() => { (screen.getByRole("list").parentElement as HTMLElement).scrollTo({ top: 0 }); });
  expect(document.activeElement?.textContent).toBe("row 1999");
  press("Home");
  expect(document.activeElement?.textContent).toBe("row 0");
  expect(rows().length).toBeLessThan(60);
});

it("PIC-100: a short list is drawn whole", () => {
  render(list(names(40)));
  expect(rows()).toHaveLength(40);
  act(() => { screen.getByRole("button", { name: "row 0" }).focus(); });
  press("End");
  expect(document.activeElement?.textContent).toBe("row 39");
});
