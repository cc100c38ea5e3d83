// @vitest-environment jsdom
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Tip } from "../../src/kit/Tip.tsx";

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class { observe = () => undefined; unobserve = () => undefined; disconnect = () => undefined; });
});
afterEach(() => { vi.unstubAllGlobals(); });

it("PIC-46: a tooltip is loaded when a pointer comes, describes its anchor, and leaves with the pointer or Escape", async () => {
  render(<Tip says="Empties the counts"><button type="button">Clear</button></Tip>);
  const button = screen.getByRole("button", { name: "Clear" });
  expect(button.getAttribute("aria-describedby")).toBeNull();
  for (const leave of [() => { fireEvent.pointerLeave(button); }, () => { fireEvent.keyDown(document, { key: "Escape" }); }]) {
    fireEvent.pointerEnter(button);
    const tip = await screen.findByRole("tooltip", {}, { timeout: 5_000 });
    expect([tip.textContent, button.getAttribute("aria-describedby")]).toEqual(["Empties the counts", tip.id]);
    expect(screen.getByRole("button", { hidden: true })).toBe(button);
    leave();
    await waitFor(() => { expect(screen.queryByRole("tooltip")).toBeNull(); });
  }
});
