import { expect, it } from "vitest";
import { SteadyClock } from "../src/steadyClock.ts";

const HOUR = 3_600_000;

/** A machine: `pass` moves every clock, `set` its own alone, `sleep` all but the monotonic one. */
function machine(): { clock: SteadyClock; server: () => number; pass: (ms: number) => void; set: (ms: number) => void; sleep: (ms: number) => void } {
  const at = { wall: 1_000_000, monotonic: 50, server: 990_000 };
  const clock = new SteadyClock(() => at.wall, () => at.monotonic);
  return {
    clock,
    server: () => at.server,
    pass: (ms) => { at.wall += ms; at.monotonic += ms; at.server += ms; },
    set: (ms) => { at.wall += ms; },
    sleep: (ms) => { at.wall += ms; at.server += ms; },
  };
}

for (const jump of [HOUR, -HOUR])
  it(`PIC-80: a machine's clock that is set by ${jump / HOUR} h moves nothing, before and after the server's word`, () => {
    const { clock, server, pass, set } = machine();
    clock.told(server());
    pass(5000);
    const before = clock.now();
    set(jump);
    expect(clock.now()).toBe(before);
    expect(clock.unsettled()).toBe(true);
    pass(10_000);
    clock.told(server());
    expect(clock.now()).toBe(before + 10_000);
    expect(clock.unsettled()).toBe(false);
    pass(200_000);
    expect(clock.now()).toBe(before + 210_000);
    set(-jump);
    clock.told(server());
    pass(1000);
    clock.told(server());
    expect(clock.now()).toBe(before + 211_000);
  });

it("PIC-80: time that a sleeping machine missed has passed, as soon as the server says so", () => {
  const { clock, server, pass, sleep } = machine();
  clock.told(server());
  const before = clock.now();
  sleep(HOUR);
  expect(clock.unsettled()).toBe(true);
  pass(1000);
  clock.told(server());
  expect(clock.now()).toBe(before + HOUR + 1000);
  expect(clock.unsettled()).toBe(false);
});

it("PIC-80: without a server's word a jump is a sleep, and drift is followed", () => {
  const { clock, pass, sleep, set } = machine();
  const before = clock.now();
  sleep(HOUR);
  expect(clock.now()).toBe(before + HOUR);
  set(900);
  pass(100);
  expect(clock.now()).toBe(before + HOUR + 1000);
});

it("PIC-80: a server that has fallen silent holds a jump back for 90 seconds and no longer", () => {
  const { clock, server, pass, set } = machine();
  clock.told(server());
  const before = clock.now();
  set(HOUR);
  pass(89_000);
  expect(clock.now()).toBe(before + 89_000);
  pass(2000);
  expect(clock.now()).toBe(before + HOUR + 91_000);
});
