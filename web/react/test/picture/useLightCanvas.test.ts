// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { ReactFlowProvider } from "@xyflow/react";
import { createElement, type ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { journey } from "../bench/sample.ts";
import { Generator } from "../bench/generator.ts";
import { facesOf } from "../../src/picture/cardFace.ts";
import type { PictureProps } from "../../src/picture/types.ts";
import { Cards } from "../../src/picture/cardWriter.ts";
import { sceneOf } from "../../src/picture/scene.ts";
import { useLightCanvas } from "../../src/picture/useLightCanvas.ts";
import { preparePage } from "../support/page.tsx";

const graph = journey();
const scene = sceneOf(graph, null);
const faces = facesOf(graph);
const wrapper = ({ children }: { children: ReactNode }) => createElement(ReactFlowProvider, null, children);

beforeEach(() => {
  vi.useFakeTimers();
  preparePage();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it("PIC-8: writes cards by the clock, those under the pointer more often, and lets go of everything at the end", () => {
  const source = new Generator(graph, { rates: [], steps: 0 }, () => Date.now(), () => 0.5);
  const cards = new Cards();
  const write = vi.spyOn(cards, "write");
  const root = document.createElement("div");
  root.innerHTML = '<p data-node="email"></p>';
  const props: PictureProps = { graph, light: source, theme: "dark", motion: "full", frozen: false, stale: false, selected: null, onSelect: () => undefined, followed: [], jumps: [] };
  const onZoom = vi.fn();
  const { result, unmount } = renderHook(() => useLightCanvas({ scene, props, root, faces, onReport: () => undefined, onZoom }, cards), { wrapper });
  act(() => { result.current(document.createElement("canvas")); });
  // The layer opens after the first frame.
  act(() => { vi.advanceTimersByTime(50); });
  expect(onZoom).toHaveBeenCalledWith(1);
  expect(root.getAttribute("data-detail")).toBe("full");
  root.querySelector("p")?.dispatchEvent(new Event("pointerover", { bubbles: true }));
  write.mockClear();
  act(() => { vi.advanceTimersByTime(1000); });
  const count = (uuid: string) => write.mock.calls.filter(([node]) => node === uuid).length;
  expect([count("landing"), count("email")]).toEqual([1, 4]);
  unmount();
  write.mockClear();
  source.hit("landing");
  vi.advanceTimersByTime(2000);
  expect(write).not.toHaveBeenCalled();
});
