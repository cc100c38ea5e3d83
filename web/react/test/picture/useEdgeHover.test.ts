// @vitest-environment jsdom
import { act, renderHook } from "@testing-library/react";
import type { MouseEvent, PointerEvent } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { REST_MS, useEdgeHover, wayOf } from "../../src/picture/useEdgeHover.ts";

function drawn(attributes: Record<string, string>): Element {
  const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
  for (const [name, text] of Object.entries(attributes)) group.setAttribute(name, text);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  group.append(path);
  return path;
}

const EDGE = { kind: "edge", edge: "e1" };

describe("the pointer on edges and jumps", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it("TRC-28: finds the edge or the jump that was touched", () => {
    expect(wayOf(drawn({ "data-edge": "e1" }))).toEqual(EDGE);
    expect(wayOf(drawn({ "data-jump": "a>b", "data-from": "a", "data-to": "b" }))).toEqual({ kind: "jump", from: "a", to: "b" });
    expect([wayOf(drawn({})), wayOf(null)]).toEqual([null, null]);
  });

  it("TRC-28: a click chooses; a pointer that rests reports the edge, one that passes does not", () => {
    const [onWay, onRest] = [vi.fn(), vi.fn()];
    const { result, unmount } = renderHook(() => useEdgeHover({ onSelectEdge: onWay, onHoverEdge: onRest }, null));
    const touch = result.current!;
    const over = (pointerType: string) => ({ target: drawn({ "data-edge": "e1" }), clientX: 5, clientY: 6, pointerType }) as unknown as PointerEvent;
    touch.onClick({ target: drawn({ "data-edge": "e1" }) } as unknown as MouseEvent);
    touch.onClick({ target: drawn({}) } as unknown as MouseEvent);
    expect(onWay.mock.calls).toEqual([[EDGE]]);
    touch.onPointerOver(over("mouse"));
    touch.onPointerOut();
    touch.onPointerOver(over("touch"));
    act(() => { vi.advanceTimersByTime(REST_MS); });
    expect(onRest.mock.calls).toEqual([[null]]);
    touch.onPointerOver(over("mouse"));
    act(() => { vi.advanceTimersByTime(REST_MS); });
    expect(onRest).toHaveBeenLastCalledWith({ edge: EDGE, x: 5, y: 6 });
    touch.onPointerOver(over("mouse"));
    unmount();
    vi.advanceTimersByTime(REST_MS);
    expect(onRest).toHaveBeenCalledTimes(2);
  });

  it("a host that asks for neither leaves edges alone", () => {
    expect(renderHook(() => useEdgeHover({}, null)).result.current).toBeNull();
  });
});
