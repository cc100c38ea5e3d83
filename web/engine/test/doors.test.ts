import { expect, it } from "vitest";
import { baseline, count, type Doors, sums } from "../src/doors.ts";
import type { Door } from "../src/wire.gen.ts";

const door = (taken: number, bad = 0): Door => ({ received: taken + bad + 1, refused: bad > 0 ? { invalid: bad } : {}, rate_limited: 0, unwatched: 1, duplicate: 0, taken });

it("ENG-9: the door counts from where it stood at the first hello", () => {
  const doors: Doors = new Map();
  baseline(doors, { web: door(100, 2) });
  count(doors, { web: door(130, 5), ios: door(7) });
  expect(doors.get("web")?.since).toEqual({ received: 33, refused: { invalid: 3 }, rate_limited: 0, unwatched: 0, duplicate: 0, taken: 30 });
  expect(doors.get("ios")?.since.taken).toBe(7);
  expect([...doors.values()].every(({ since }) => sums(since))).toBe(true);
});

it("ENG-9: counters that fell in a hello began again with their process, in a beat they are of an earlier moment", () => {
  const doors: Doors = new Map();
  baseline(doors, { web: door(100) });
  count(doors, { web: door(110) });
  count(doors, { web: door(108) });
  count(doors, { web: door(112) });
  expect(doors.get("web")?.since.taken).toBe(12);
  baseline(doors, { web: door(2) });
  expect(doors.get("web")?.since.taken).toBe(12);
  baseline(doors, { web: door(3) });
  expect(doors.get("web")?.since.taken).toBe(13);
});

it("ENG-20: garbage does not make doors without end", () => {
  const doors: Doors = new Map();
  for (let n = 0; n < 600; n++) { count(doors, { [`s${n}`]: door(1) }); baseline(doors, { [`t${n}`]: door(1) }); }
  expect(doors.size).toBe(500);
});

it("RED-21: what is counted beside the sum is there once it has counted", () => {
  const doors: Doors = new Map();
  const door = (taken: number, more: Partial<Door> = {}): Door => ({ received: taken, refused: {}, rate_limited: 0, unwatched: 0, duplicate: 0, taken, ...more });
  baseline(doors, { web: door(1, { placeholder: 5 }) });
  count(doors, { web: door(2, { placeholder: 5 }) });
  expect(doors.get("web")?.since).toEqual(door(1));
  count(doors, { web: door(4, { placeholder: 7, shared_id: 1 }) });
  expect(doors.get("web")?.since).toEqual(door(3, { placeholder: 2, shared_id: 1 }));
});
