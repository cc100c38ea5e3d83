import { expect, it } from "vitest";
import { caughtUp, createClock, pause, resume, settle, shownAt } from "../src/clock.ts";

it("ENG-12: the picture's clock stands still while paused and jumps to now on resume", () => {
  const clock = createClock();
  expect(shownAt(clock, 10)).toBe(10);
  pause(clock, 10);
  expect([shownAt(clock, 500), caughtUp(clock, 500)]).toEqual([10, false]);
  resume(clock, 600, undefined);
  expect([shownAt(clock, 600), caughtUp(clock, 600)]).toEqual([600, true]);
});

it("ENG-12: it catches up at speed, and a second pause stops it where it is", () => {
  const clock = createClock();
  pause(clock, 0);
  resume(clock, 1000, 5);
  expect([shownAt(clock, 1000), shownAt(clock, 1100), shownAt(clock, 1250), shownAt(clock, 9999)]).toEqual([0, 500, 1250, 9999]);
  expect([caughtUp(clock, 1249), caughtUp(clock, 1250)]).toEqual([false, true]);
  pause(clock, 1100);
  expect(shownAt(clock, 5000)).toBe(500);
  settle(clock);
  expect(shownAt(clock, 5000)).toBe(5000);
});
