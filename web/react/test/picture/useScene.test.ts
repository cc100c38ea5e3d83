// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { grid, journey } from "../bench/sample.ts";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { EdgeRouting, sceneOf } from "../../src/picture/scene.ts";
import { inSlices, useScene } from "../../src/picture/useScene.ts";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("PIC-1, PIC-103: measures a graph with a layout once, the first in a task of its own and its other versions at once", () => {
  vi.useFakeTimers();
  const graph = journey();
  const { result, rerender } = renderHook((shown: Graph) => useScene(shown, null), { initialProps: graph });
  expect(result.current).toBeNull();
  act(() => { vi.runAllTimers(); });
  const first = result.current;
  expect(first?.nodes).toHaveLength(12);
  rerender(graph);
  expect(result.current).toBe(first);
  rerender({ ...graph, nodes: graph.nodes.slice(1) });
  expect(result.current?.nodes).toHaveLength(11);
  // Another graph waits if it is large, and no longer once it was seen.
  rerender({ ...graph, name: "other" });
  expect(result.current?.nodes).toHaveLength(12);
  const large = grid(260);
  rerender(large);
  expect(result.current).toBeNull();
  act(() => { vi.runAllTimers(); });
  expect(result.current?.nodes).toHaveLength(260);
  rerender({ ...large, nodes: large.nodes.slice(1) });
  expect(result.current?.nodes).toHaveLength(259);
});

it("PIC-2: waits for the worker if nodes have no places, and ends it when the graph leaves", () => {
  vi.useFakeTimers();
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
  act(() => { vi.runAllTimers(); });
  expect(result.current?.nodes).toHaveLength(12);
  unmount();
  expect(workers[0]?.ended).toBe(true);
});

it("PIC-103: many edges are straight first and led round the cards meanwhile, while nodes and extent stay", () => {
  vi.useFakeTimers();
  const base = grid(230);
  // Two columns on: another card stands in the way.
  const graph = { ...base, edges: base.edges.map((edge, i) => ({ ...edge, target: i % 30 === 0 ? (base.nodes[i + 45]?.uuid ?? edge.target) : edge.target })) };
  const { result } = renderHook(() => useScene(graph, null));
  act(() => { vi.advanceTimersToNextTimer(); });
  const first = result.current;
  expect(first?.edges.every(({ route, label }) => route.length === 1 && label === null)).toBe(true);
  act(() => { vi.runAllTimers(); });
  const whole = sceneOf(graph, null);
  expect(result.current?.edges.map(({ route, label }) => ({ route, label }))).toEqual(whole.edges.map(({ route, label }) => ({ route, label })));
  expect(whole.edges.some(({ route }) => route.length > 1)).toBe(true);
  expect([result.current?.nodes === first?.nodes, result.current?.extent === first?.extent]).toEqual([true, true]);
});

it("PIC-103: between slices the page goes on, what is done is shown now and then, and giving up ends it", () => {
  vi.useFakeTimers();
  let now = 0;
  const routing = { left: 100, step: () => { now += 3; routing.left -= 1; return true; } };
  const shown: number[] = [];
  const stop = inSlices(routing, () => { shown.push(routing.left); }, () => now);
  vi.advanceTimersToNextTimer();
  expect(routing.left).toBe(97);
  vi.runAllTimers();
  expect([routing.left, shown.length, shown.at(-1)]).toEqual([0, 2, 0]);
  routing.left = 10;
  const again = inSlices(routing, () => { shown.push(routing.left); }, () => now);
  again();
  stop();
  vi.runAllTimers();
  expect(routing.left).toBe(10);
});

it("PIC-103: edges that are led already are the same objects in each scene", () => {
  const routing = new EdgeRouting(journey(), null, null);
  const straight = routing.scene();
  routing.step();
  const next = routing.scene();
  expect(next.edges.slice(1).every((edge, i) => edge === straight.edges[i + 1])).toBe(true);
  expect(next.edges[0]).not.toBe(straight.edges[0]);
});
