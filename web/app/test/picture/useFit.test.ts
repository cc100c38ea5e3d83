// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { ReactFlowProvider, useReactFlow, useStoreApi } from "@xyflow/react";
import { createElement, type ReactNode } from "react";
import { afterEach, expect, it } from "vitest";
import { journey } from "../../src/picture/bench/sample.ts";
import { sceneOf } from "../../src/picture/geometry/scene.ts";
import { useFit } from "../../src/picture/useFit.ts";

afterEach(cleanup);

const scene = sceneOf(journey(), null);
const wrapper = ({ children }: { children: ReactNode }) => createElement(ReactFlowProvider, null, children);

it("says nothing before there is a room, and offers fit and reveal once there is", () => {
  const { result } = renderHook(() => ({ fit: useFit(scene, false), store: useStoreApi(), flow: useReactFlow() }), { wrapper });
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
