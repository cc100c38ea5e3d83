import type { Box } from "@dagnet-realtime/layer/curve";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { layoutInWorker, type LayoutWorker } from "../../../src/picture/layout/layoutWorker.ts";

const WANTED = { nodes: 2, links: [[0, 1]] as const };

function fakeBench() {
  const bench: LayoutWorker & { ended: boolean } = { ended: false, postMessage: () => undefined, onmessage: null, onerror: null, terminate() { bench.ended = true; } };
  return bench;
}

describe("arranging aside", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  it("PIC-2: hands on what the worker answers, once, and ends it", () => {
    const bench = fakeBench();
    const done = vi.fn<(boxes: Box[]) => void>();
    layoutInWorker(WANTED, done, () => bench);
    bench.onmessage?.(new MessageEvent("message", { data: [] }));
    bench.onmessage?.(new MessageEvent("message", { data: [] }));
    expect(done).toHaveBeenCalledTimes(1);
    expect(bench.ended).toBe(true);
  });

  it("PIC-2: answers with plain layers when the worker is slow, or cannot start", async () => {
    const late = vi.fn<(boxes: Box[]) => void>();
    layoutInWorker(WANTED, late, fakeBench);
    vi.advanceTimersByTime(15_000);
    expect(late.mock.calls[0]?.[0]).toHaveLength(2);
    const none = vi.fn<(boxes: Box[]) => void>();
    layoutInWorker(WANTED, none, () => { throw new Error("no workers here"); });
    await Promise.resolve();
    expect(none.mock.calls[0]?.[0]).toHaveLength(2);
  });

  it("is silent after giving up", () => {
    const bench = fakeBench();
    const done = vi.fn<(boxes: Box[]) => void>();
    layoutInWorker(WANTED, done, () => bench)();
    bench.onmessage?.(new MessageEvent("message", { data: [] }));
    vi.advanceTimersByTime(20_000);
    expect(done).not.toHaveBeenCalled();
    expect(bench.ended).toBe(true);
  });
});
