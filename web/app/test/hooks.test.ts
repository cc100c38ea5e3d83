// @vitest-environment jsdom
import { renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { useActions, useApp, useUi } from "../src/hooks.ts";
import { rendered } from "./support/render.tsx";

it("PIC-8: the page's components reach its store and actions, and fail loudly outside of it", () => {
  const { result, actions } = rendered(() => [useUi((ui) => ui.serverless), useActions()] as const);
  expect(result.current).toEqual([false, actions]);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  expect(() => renderHook(() => useApp())).toThrow("outside of the page");
});
