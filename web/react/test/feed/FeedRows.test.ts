import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newer, placeOf, roomIn, ROW, shown, top } from "../../src/feed/FeedRows.tsx";

const ROOM = roomIn(300);

describe("the feed's window", () => {
  it("PIC-100: an opened row fits into the list with the row before it, and scrolls inside", () => {
    expect([roomIn(163), roomIn(300), roomIn(60), roomIn(2000)]).toEqual([163 - 2 * ROW, 300 - 2 * ROW, 96, 420]);
  });

  it("PIC-100: counts what came after the row that is being read, for any filter and after losses", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 1 }), fc.nat(500), fc.nat(20), (some, anchor, lost) => {
        const rows = some.sort((a, b) => a - b);
        const from = Math.min(lost, rows.length - 1);
        expect(newer({ rows, from }, anchor)).toBe(rows.slice(from).filter((row) => row > anchor).length);
      }),
    );
  });

  it("PIC-100: finds an opened row again, and says when it is gone", () => {
    const numbers = { rows: [3, 5, 8, 9], from: 1 };
    expect([9, 8, 5, 3, 4].map((row) => placeOf(numbers, row))).toEqual([0, 1, 2, -1, -1]);
  });

  it("draws only what is on screen, and a little more", () => {
    expect(shown(20_000, 0, 200, -1, ROOM)).toEqual({ first: 0, count: 17, height: 20_000 * ROW });
    expect(shown(3, 0, 200, -1, ROOM).count).toBe(3);
    expect(shown(0, 0, 200, -1, ROOM)).toEqual({ first: 0, count: 0, height: 0 });
  });

  it("keeps the rows below an opened one in view while its payload is scrolled past", () => {
    const at = shown(1000, 10 * ROW + ROOM, 200, 5, ROOM);
    expect(at.first).toBe(6);
    expect(at.height).toBe(1000 * ROW + ROOM);
    expect([top(5, 5, ROOM), top(6, 5, ROOM), top(6, -1, ROOM)]).toEqual([5 * ROW, 6 * ROW + ROOM, 6 * ROW]);
  });
});
