// @vitest-environment jsdom

import { renderHook } from "@testing-library/react";
import { act } from "react";
import { describe, expect, it, vi } from "vitest";
import { useActions, useEngine, useSame, useSession, useSessionContext } from "../src/hooks.ts";
import { rendered } from "./support/render.tsx";

describe("use", () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

  describe("how components reach the page", () => {
    it("PIC-8: a component that reads numbers is not drawn for rows", () => {
      const read = vi.fn((_state: unknown, now: number) => now);
      const { store } = rendered(() => useEngine("numbers", read));
      const before = read.mock.calls.length;
      act(() => { store.setState({ rowsTick: 99 }); });
      expect(read.mock.calls.length).toBe(before);
      act(() => { store.setState({ numbersTick: 99 }); });
      expect(read.mock.calls.length).toBeGreaterThan(before);
    });

    it("gives the store and the actions, and fails loudly outside of a page", () => {
      const { result, actions } = rendered(() => [useSession((state) => state.phase), useActions()] as const);
      expect(result.current).toEqual(["starting", actions]);
      vi.spyOn(console, "error").mockImplementation(() => undefined);
      expect(() => renderHook(() => useSessionContext())).toThrow("needs a SessionContext");
    });
  });
});

describe("useSame", () => {
  it("a value that says the same stays the same", () => {
    const first = [{ a: 1 }];
    const { result, rerender } = renderHook(({ value }) => useSame(value), { initialProps: { value: first } });
    rerender({ value: [{ a: 1 }] });
    expect(result.current).toBe(first);
    rerender({ value: [{ a: 2 }] });
    expect(result.current).toEqual([{ a: 2 }]);
  });
});
