// @vitest-environment jsdom
import { renderHook } from "@testing-library/react";
import { act } from "react";
import { describe, expect, it, vi } from "vitest";
import { useActions, useEngine, useRealtime, useShell } from "../../src/ui/use.ts";
import { rendered } from "../support/render.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

describe("how components reach the page", () => {
  it("PIC-38: a component that reads numbers is not drawn for rows", () => {
    const read = vi.fn((_state: unknown, now: number) => now);
    const { store } = rendered(() => useEngine("second", read));
    const before = read.mock.calls.length;
    act(() => { store.setState({ fifth: 99 }); });
    expect(read.mock.calls.length).toBe(before);
    act(() => { store.setState({ second: 99 }); });
    expect(read.mock.calls.length).toBeGreaterThan(before);
  });

  it("gives the store and the actions, and fails loudly outside of a page", () => {
    const { result, actions } = rendered(() => [useShell((shell) => shell.phase), useActions()] as const);
    expect(result.current).toEqual(["starting", actions]);
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(() => renderHook(() => useRealtime())).toThrow("outside of the page");
  });
});
