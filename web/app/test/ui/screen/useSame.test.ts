// @vitest-environment jsdom
import { renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { useSame } from "../../../src/ui/screen/useSame.ts";

it("a value that says the same stays the same", () => {
  const first = [{ a: 1 }];
  const { result, rerender } = renderHook(({ value }) => useSame(value), { initialProps: { value: first } });
  rerender({ value: [{ a: 1 }] });
  expect(result.current).toBe(first);
  rerender({ value: [{ a: 2 }] });
  expect(result.current).toEqual([{ a: 2 }]);
});
