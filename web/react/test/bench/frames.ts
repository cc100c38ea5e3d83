/** Counts frames and long tasks for a while: what the bench prints. */

/** Frames a second, the p95 of frame times (ms), and tasks above 50 ms. */
export interface Measured {
  readonly fps: number;
  readonly p95: number;
  readonly longTasks: number;
  readonly longest: number;
}

/** Measures for `milliseconds`, with `each` called in every frame. */
export function measureFrames(milliseconds: number, each: () => void = () => undefined): Promise<Measured> {
  const times: number[] = [];
  let longTasks = 0;
  let longest = 0;
  const watch = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      longTasks += 1;
      longest = Math.max(longest, duration);
    }
  });
  watch.observe({ entryTypes: ["longtask"] });
  return new Promise((resolve) => {
    let began: number | null = null;
    let last = 0;
    const tick = (time: number) => {
      each();
      if (began === null) began = time;
      else times.push(time - last);
      last = time;
      if (time - began < milliseconds) {
        requestAnimationFrame(tick);
        return;
      }
      watch.disconnect();
      const sorted = [...times].sort((a, b) => a - b);
      resolve({ fps: (times.length * 1000) / (time - began), p95: sorted[Math.floor(sorted.length * 0.95)] ?? 0, longTasks, longest });
    };
    requestAnimationFrame(tick);
  });
}
