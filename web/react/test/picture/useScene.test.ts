// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { journey } from "../bench/sample.ts";
import { useScene } from "../../src/picture/useScene.ts";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it("PIC-1: measures a graph with a layout at once, and only once", () => {
  const graph = journey();
  const { result, rerender } = renderHook(() => useScene(graph, null));
  const first = result.current;
  expect(first?.nodes).toHaveLength(12);
  rerender();
  expect(result.current).toBe(first);
});

it("PIC-2: waits for the worker if nodes have no places, and ends it when the graph leaves", () => {
  const workers: { onmessage: ((message: MessageEvent) => void) | null; ended: boolean; wanted: unknown }[] = [];
  vi.stubGlobal("Worker", class {
    onmessage = null;
    ended = false;
    wanted: unknown;
    constructor() { workers.push(this); }
    postMessage(wanted: unknown) { this.wanted = wanted; }
    terminate() { this.ended = true; }
  });
  const graph = journey();
  const bare = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, x: null, y: null })) };
  const { result, unmount } = renderHook(() => useScene(bare, null));
  expect(result.current).toBeNull();
  expect(workers[0]?.wanted).toMatchObject({ nodes: 12 });
  act(() => { workers[0]?.onmessage?.(new MessageEvent("message", { data: graph.nodes.map((_, i) => ({ x: i * 200, y: 0, width: 164, height: 80 })) })); });
  expect(result.current?.nodes).toHaveLength(12);
  unmount();
  expect(workers[0]?.ended).toBe(true);
});
