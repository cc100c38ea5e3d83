// @vitest-environment jsdom
import { describe, expect, it, vi } from "vitest";
import { Loop, pageFrames } from "../../../src/picture/light/loop.ts";
import { FakeFrames } from "../support/canvas.ts";

describe("the loop", () => {
  it("PIC-19: sleeps when nothing moves, and wakes when asked", () => {
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

  it("PIC-19: sleeps while the page is hidden, and goes on when it is seen again", () => {
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
