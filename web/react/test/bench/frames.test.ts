import { afterEach, expect, it, vi } from "vitest";
import { measureFrames } from "./frames.ts";

afterEach(() => { vi.unstubAllGlobals(); });

it("counts frames, their p95, and tasks that were long", async () => {
  let time = 0;
  let tell: (list: { getEntries(): { duration: number }[] }) => void = () => undefined;
  vi.stubGlobal("PerformanceObserver", class { constructor(callback: typeof tell) { tell = callback; } observe() { tell({ getEntries: () => [{ duration: 70 }, { duration: 55 }] }); } disconnect() { tell = () => undefined; } });
  vi.stubGlobal("requestAnimationFrame", (callback: (at: number) => void) => { queueMicrotask(() => { callback((time += 20)); }); return 0; });
  const measured = await measureFrames(1000);
  expect(measured).toEqual({ fps: 50, p95: 20, longTasks: 2, longest: 70 });
});
