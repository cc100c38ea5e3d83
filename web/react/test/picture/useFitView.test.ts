// @vitest-environment jsdom

import { act, cleanup, renderHook } from "@testing-library/react";
import { ReactFlowProvider, useReactFlow, useStoreApi } from "@xyflow/react";
import { createElement, type ReactNode } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sceneOf } from "../../src/picture/scene.ts";
import { LEAST_TEXT, typeScale } from "../../src/picture/cardText.ts";
import { magnification, roomWithin, useFitView, useFollowView, useSelection, wholeIn } from "../../src/picture/useFitView.ts";
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

  it("PIC-15, PIC-101: a step out of view is pursued unless a person has just moved the camera; going to a node makes it readable", () => {
    vi.useFakeTimers({ now: 0, toFake: ["performance"] });
    const { result } = renderHook(() => ({ fit: useFitView(scene, false, true), store: useStoreApi() }), { wrapper });
    const calls: { x: number; y: number; zoom: number }[] = [];
    act(() => {
      result.current.store.setState({ width: 600, height: 400, panZoom: { setViewport: (to: { x: number; y: number; zoom: number }) => { calls.push(to); return Promise.resolve(true); }, setViewportConstrained: () => undefined } as never });
    });
    calls.length = 0;
    vi.advanceTimersByTime(60_000);
    const far = scene.nodes.at(-1)?.node.uuid ?? "";
    act(() => { result.current.fit.pursue(far); });
    expect(calls).toHaveLength(1);
    act(() => { result.current.fit.onMove(new Event("wheel")); result.current.fit.pursue(far); });
    vi.advanceTimersByTime(4000);
    act(() => { result.current.fit.pursue(far); });
    expect(calls).toHaveLength(1);
    vi.advanceTimersByTime(1500);
    act(() => { result.current.fit.pursue(far); });
    expect(calls).toHaveLength(2);
    act(() => { result.current.store.setState({ transform: [0, 0, 0.1] }); result.current.fit.goTo(far); });
    const box = scene.nodes.at(-1)?.box ?? { x: 0, y: 0, width: 0, height: 0 };
    const { x, y, zoom } = calls.at(-1) ?? { x: 0, y: 0, zoom: 0 };
    expect(zoom).toBeGreaterThanOrEqual(0.8);
    expect([(box.x + box.width / 2) * zoom + x, (box.y + box.height / 2) * zoom + y]).toEqual([300, 200]);
    vi.useRealTimers();
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

it("PIC-45: on a TV everything is as at a desk whose least text is 1.2 % of the width", () => {
  const [width, height] = [3840, 2000];
  const times = magnification(width, true);
  expect([times * LEAST_TEXT, magnification(width, false), magnification(500, true)]).toEqual([expect.closeTo(0.012 * width), 1, 1]);
  const room = roomWithin(width, height, true);
  const scene = sceneOf(journey(), null, { width: room.width / times, height: room.height / times });
  const { zoom } = wholeIn(scene, width, height, true);
  expect(zoom).toBeGreaterThan(times / 2);
  expect(LEAST_TEXT * typeScale(zoom / times) * zoom).toBeGreaterThanOrEqual(0.012 * width - 1e-6);
});

describe("useChosen", () => {
  type Asked = Parameters<typeof useSelection>[1];

  it("PIC-15: the newest step of the trace that was followed last is pursued, another trace is shown as a whole", () => {
    const [show, pursue] = [vi.fn(), vi.fn()];
    const path = (token: string, ...nodes: readonly string[]) => ({ token, hue: 0 as const, head: nodes.at(-1) ?? null, steps: nodes.map((node, i) => ({ node, n: i + 1, edges: [], jump: false, inferred: false })) });
    const { rerender } = renderHook((followed: readonly ReturnType<typeof path>[]) => { useFollowView(followed, { show, pursue }); }, { initialProps: [] as readonly ReturnType<typeof path>[] });
    rerender([path("a", "landing", "list")]);
    expect([show.mock.lastCall, pursue.mock.calls]).toEqual([[["landing", "list"]], []]);
    rerender([path("a", "landing", "list", "product")]);
    expect(pursue.mock.calls).toEqual([["product"]]);
    rerender([path("a", "landing", "list", "product"), path("b", "email")]);
    rerender([path("a", "landing", "list", "product", "basket"), path("b", "email")]);
    expect(pursue.mock.calls).toHaveLength(1);
    rerender([path("a", "landing", "list", "product", "basket"), path("b", "email", "product")]);
    expect(pursue.mock.lastCall).toEqual(["product"]);
  });

  it("TRC-28: what is selected or pointed out is brought into view once, with the ends of its edges", () => {
    const scene = sceneOf(journey(), null);
    const show = vi.fn();
    const fit = { fit: vi.fn(), onInit: vi.fn(), onMove: vi.fn(), reveal: vi.fn(), pursue: vi.fn(), goTo: vi.fn(), show };
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
