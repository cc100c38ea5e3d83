import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Player } from "../../src/transport/player.ts";

const entries = [1000, 1000, 1500, 4000].map((at, n) => ({ at, n }));

describe("playing a log", () => {
  it("PIC-54: gives what is due, at any speed, and stops at the end", () => {
    const player = new Player(entries, 900);
    expect(player.advance(50)).toHaveLength(0);
    expect(player.advance(50)).toHaveLength(2);
    player.speed = 10;
    expect(player.advance(100).map(({ n }) => n)).toEqual([2]);
    expect(player.advance(10_000).map(({ n }) => n)).toEqual([3]);
    expect([player.at, player.ended, player.playing]).toEqual([4000, true, false]);
    expect(player.advance(1)).toEqual([]);
  });

  it("PIC-54: steps moment by moment and scrubs to any", () => {
    const player = new Player(entries, 1000);
    expect([player.step().length, player.step().length, player.step().length, player.step().length]).toEqual([2, 1, 1, 0]);
    expect(player.seek(1600).map(({ n }) => n)).toEqual([0, 1, 2]);
    expect(player.seek(-5)).toHaveLength(2);
    expect(new Player([], 7).ended).toBe(true);
  });

  it("PIC-54: however it is played, each entry comes once and in order", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5000)), fc.array(fc.nat(900), { minLength: 1 }), fc.constantFrom(0.25, 1, 50), (times, turns, speed) => {
        const all = times.map((at, n) => ({ at, n }));
        const player = new Player(all, 0);
        player.speed = speed;
        const got = turns.flatMap((ms) => player.advance(ms));
        player.playing = true;
        got.push(...player.advance(1e9));
        expect(got.map(({ n }) => n)).toEqual(all.map(({ n }) => n));
      }),
    );
  });
});
