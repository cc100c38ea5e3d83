// @vitest-environment jsdom
import { renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { journey } from "../../src/picture/bench/sample.ts";
import { sceneOf } from "../../src/picture/geometry/scene.ts";
import { useChosen } from "../../src/picture/useChosen.ts";

type Asked = Parameters<typeof useChosen>[1];

it("TRC-28: what is selected or pointed out is brought into view once, with the ends of its edges", () => {
  const scene = sceneOf(journey(), null);
  const show = vi.fn();
  const fit = { fit: vi.fn(), onInit: vi.fn(), onMove: vi.fn(), reveal: vi.fn(), show };
  const none: Asked = { selected: null, way: null, pointed: null };
  const { result, rerender } = renderHook((asked: Asked) => useChosen(scene, asked, fit), { initialProps: none });
  expect(show).not.toHaveBeenCalled();
  rerender({ ...none, selected: "basket" });
  expect([[...result.current.nodes], show.mock.lastCall]).toEqual([["basket"], [["basket"]]]);
  rerender({ ...none, selected: "basket" });
  expect(show).toHaveBeenCalledTimes(1);
  rerender({ ...none, way: { kind: "edge", edge: "basket->checkout" } });
  expect([[...result.current.edges], show.mock.lastCall]).toEqual([["basket->checkout"], [["basket", "checkout"]]]);
  rerender({ ...none, way: { kind: "jump", from: "search", to: "basket" } });
  expect([result.current.jump, show.mock.lastCall]).toEqual(["search>basket", [["search", "basket"]]]);
  rerender({ ...none, pointed: { nodes: ["store"], edges: ["landing->list", "no"] } });
  expect([[...result.current.nodes], [...result.current.edges], show.mock.lastCall]).toEqual([["store"], ["landing->list", "no"], [["store", "landing", "list"]]]);
});
