// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ReactNode } from "react";
import { LazyPopover } from "../../src/kit/LazyPopover.tsx";
import { Tip } from "../../src/kit/Tip.tsx";
import { PopoverContainer } from "../../src/scope.ts";

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", class { observe = () => undefined; unobserve = () => undefined; disconnect = () => undefined; });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

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

const opened = {
  tooltip: async (around: (part: ReactNode) => ReactNode) => {
    render(around(<Tip says="Empties"><button type="button">Clear</button></Tip>));
    fireEvent.pointerEnter(screen.getByRole("button", { name: "Clear" }));
    return screen.findByRole("tooltip", {}, { timeout: 5_000 });
  },
  popover: async (around: (part: ReactNode) => ReactNode) => {
    render(around(<LazyPopover title="Ledger" trigger={<button type="button">Open</button>}>Figures</LazyPopover>));
    fireEvent.click(screen.getByRole("button", { name: "Open" }));
    return screen.findByRole("dialog", {}, { timeout: 5_000 });
  },
};

it.each(["tooltip", "popover"] as const)("PIC-72: a %s opens inside the outermost scope, or in the element that the host gives", async (kind) => {
  const scoped = await opened[kind]((part) => <div className="dagnet-realtime" data-testid="outer"><div className="dagnet-realtime">{part}</div></div>);
  expect(scoped.closest(".dagnet-realtime")).toBe(screen.getByTestId("outer"));
  cleanup();
  const given = document.body.appendChild(document.createElement("div"));
  const elsewhere = await opened[kind]((part) => <PopoverContainer value={given}><div className="dagnet-realtime">{part}</div></PopoverContainer>);
  expect(given.contains(elsewhere)).toBe(true);
  cleanup();
  given.remove();
  expect((await opened[kind]((part) => part)).closest(".dagnet-realtime")).toBeNull();
});
