// @vitest-environment jsdom

import { describe, expect, it, vi } from "vitest";
import { FrameGovernor, Loop, pageFrames } from "../src/frames.ts";
import { FakeFrames } from "./support/canvas.ts";

describe("loop", () => {
  describe("the loop", () => {
    it("PIC-18: sleeps when nothing moves, and wakes when asked", () => {
      const frames = new FakeFrames();
      const elapsed: number[] = [];
      let more = true;
      const loop = new Loop((_, passed) => { elapsed.push(passed); return more; }, frames);
      expect(loop.asleep).toBe(true);
      loop.wake();
      loop.wake();
      frames.run(2);
      more = false;
      frames.next();
      expect(loop.asleep).toBe(true);
      expect(frames.next(5000)).toBe(false);
      loop.wake();
      frames.next();
      expect(elapsed).toEqual([0, 16, 16, 0]);
    });

    it("PIC-18: sleeps while the page is hidden, and goes on when it is seen again", () => {
      const frames = new FakeFrames();
      const draw = vi.fn(() => true);
      const loop = new Loop(draw, frames);
      frames.isHidden = true;
      loop.wake();
      expect(frames.next()).toBe(false);
      frames.show();
      expect(frames.next()).toBe(true);
      loop.stop();
      expect(frames.next()).toBe(false);
      expect(draw).toHaveBeenCalledTimes(1);
    });

    it("listens to the page itself", () => {
      const frames = pageFrames();
      const seen = vi.fn();
      const forget = frames.onVisible(seen);
      document.dispatchEvent(new Event("visibilitychange"));
      forget();
      document.dispatchEvent(new Event("visibilitychange"));
      expect(seen).toHaveBeenCalledTimes(frames.hidden() ? 0 : 1);
      frames.cancel(frames.request(() => undefined));
    });
  });
});

describe("pace", () => {
  function frames(pace: FrameGovernor, times: number, elapsed: number): void {
    for (let i = 0; i < times * 60; i++) pace.frame(elapsed);
  }

  it("PIC-18: gives way when p95 passes 22 ms, first to 30 frames a second, then to 100 particles, and recovers", () => {
    const pace = new FrameGovernor();
    expect([pace.least, pace.particles]).toEqual([0, 300]);
    frames(pace, 1, 33);
    expect(pace.level).toBe(0);
    frames(pace, 1, 33);
    expect([pace.level, pace.least, pace.particles]).toEqual([1, 30, 300]);
    frames(pace, 2, 33);
    expect([pace.level, pace.particles]).toEqual([2, 100]);
    frames(pace, 2, 33);
    expect(pace.level).toBe(2);
    frames(pace, 4, 16.7);
    expect(pace.level).toBe(1);
    frames(pace, 4, 16.7);
    expect(pace.level).toBe(0);
  });

  it("does not mind single late frames", () => {
    const pace = new FrameGovernor();
    for (let i = 0; i < 600; i++) pace.frame(i % 30 === 0 ? 80 : 16.7);
    expect(pace.level).toBe(0);
  });
});
