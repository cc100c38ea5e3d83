// @vitest-environment jsdom

import { act, cleanup, renderHook } from "@testing-library/react";
import { ReactFlowProvider, useReactFlow, useStoreApi } from "@xyflow/react";
import { createElement, type ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sceneOf } from "../../src/picture/scene.ts";
import { roomWithin, useFitView, useSelection, wholeIn } from "../../src/picture/useFitView.ts";
import { grid, journey } from "../bench/sample.ts";

describe("useFit", () => {
  afterEach(cleanup);

  const scene = sceneOf(journey(), null);
  const wrapper = ({ children }: { children: ReactNode }) => createElement(ReactFlowProvider, null, children);

  it("says nothing before there is a room, and offers fit and reveal once there is", () => {
    const { result } = renderHook(() => ({ fit: useFitView(scene, false), store: useStoreApi(), flow: useReactFlow() }), { wrapper });
    expect(result.current.flow.getViewport().zoom).toBe(1);
    act(() => { result.current.store.setState({ width: 1264, height: 700 }); });
    act(() => {
      result.current.fit.onMove(null);
      result.current.fit.onMove(new Event("wheel"));
      result.current.fit.reveal("landing");
      result.current.fit.reveal("gone");
      result.current.fit.fit();
    });
    expect(result.current.fit.onInit).toBe(result.current.fit.fit);
  });
});

it.each([12, 200, 1500].flatMap((nodes) => [[nodes, 944, 484], [nodes, 1264, 700], [nodes, 390, 500]] as const))("PIC-1: Fit shows all of %i nodes on %i × %i", (nodes, width, height) => {
  const scene = sceneOf(grid(nodes), null, roomWithin(width, height));
  const { x, y, zoom } = wholeIn(scene, width, height);
  for (const { box } of scene.nodes) {
    expect(box.x * zoom + x).toBeGreaterThanOrEqual(0);
    expect(box.y * zoom + y).toBeGreaterThanOrEqual(0);
    expect((box.x + box.width) * zoom + x).toBeLessThanOrEqual(width);
    expect((box.y + box.height) * zoom + y).toBeLessThanOrEqual(height);
  }
});

describe("useChosen", () => {
  type Asked = Parameters<typeof useSelection>[1];

  it("TRC-28: what is selected or pointed out is brought into view once, with the ends of its edges", () => {
    const scene = sceneOf(journey(), null);
    const show = vi.fn();
    const fit = { fit: vi.fn(), onInit: vi.fn(), onMove: vi.fn(), reveal: vi.fn(), show };
    const none: Asked = { selected: null, selectedEdge: null, highlight: null };
    const { result, rerender } = renderHook((asked: Asked) => useSelection(scene, asked, fit), { initialProps: none });
    expect(show).not.toHaveBeenCalled();
    rerender({ ...none, selected: "basket" });
    expect([[...result.current.nodes], show.mock.lastCall]).toEqual([["basket"], [["basket"]]]);
    rerender({ ...none, selected: "basket" });
    expect(show).toHaveBeenCalledTimes(1);
    rerender({ ...none, selectedEdge: { kind: "edge", edge: "basket->checkout" } });
    expect([[...result.current.edges], show.mock.lastCall]).toEqual([["basket->checkout"], [["basket", "checkout"]]]);
    rerender({ ...none, selectedEdge: { kind: "jump", from: "search", to: "basket" } });
    expect([result.current.jump, show.mock.lastCall]).toEqual(["search>basket", [["search", "basket"]]]);
    rerender({ ...none, highlight: { nodes: ["store"], edges: ["landing->list", "no"] } });
    expect([[...result.current.nodes], [...result.current.edges], show.mock.lastCall]).toEqual([["store"], ["landing->list", "no"], [["store", "landing", "list"]]]);
  });
});
