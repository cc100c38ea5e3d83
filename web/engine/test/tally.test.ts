import fc from "fast-check";
import { expect, it } from "vitest";
import { countLocal, countRemote, createTally, shown, uncountLocal } from "../src/tally.ts";

it("ENG-3: the union is never less than either lane and never more than both", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("local" as const), came: fc.boolean() }),
    fc.record({ kind: fc.constant("remote" as const), twins: fc.nat(5), uncarried: fc.nat(5), others: fc.nat(5) }),
  );
  fc.assert(fc.property(fc.array(step), (steps) => {
    const tally = createTally();
    let carriedTwins = 0;
    for (const one of steps) {
      if (one.kind === "local") {
        const came = one.came && tally.remote - carriedTwins > 0;
        if (came) carriedTwins += 1;
        countLocal(tally, came);
        continue;
      }
      const twins = Math.min(one.twins, tally.waiting);
      carriedTwins += twins;
      const fresh = countRemote(tally, twins + one.uncarried + one.others, twins, one.uncarried);
      expect(fresh).toBeGreaterThanOrEqual(one.others);
    }
    expect(shown(tally)).toBeGreaterThanOrEqual(Math.max(tally.local, tally.remote) - carriedTwins);
    expect(shown(tally)).toBeGreaterThanOrEqual(tally.remote);
    expect(shown(tally)).toBeLessThanOrEqual(tally.local + tally.remote);
    expect(tally.waiting).toBeGreaterThanOrEqual(0);
  }));
});

it("ENG-3: a local hit and its carried twin count once, in either order", () => {
  const localFirst = createTally();
  countLocal(localFirst, false);
  expect(countRemote(localFirst, 1, 1, 0)).toBe(0);
  const remoteFirst = createTally();
  expect(countRemote(remoteFirst, 1, 0, 0)).toBe(1);
  countLocal(remoteFirst, true);
  expect([shown(localFirst), shown(remoteFirst)]).toEqual([1, 1]);
});

it("ENG-3: a remote hit that was counted but not carried is taken for a local hit that waits", () => {
  const tally = createTally();
  countLocal(tally, false);
  expect(countRemote(tally, 3, 0, 3)).toBe(2);
  expect(shown(tally)).toBe(3);
});

it("ENG-3: a local hit that is taken back leaves what the remote lane counted", () => {
  const tally = createTally();
  countLocal(tally, false);
  uncountLocal(tally);
  expect(tally).toEqual(createTally());
  countLocal(tally, false);
  countRemote(tally, 1, 1, 0);
  uncountLocal(tally);
  expect([shown(tally), tally.local, tally.waiting]).toEqual([1, 0, 0]);
  uncountLocal(tally);
  expect(tally).toEqual({ remote: 1, local: 0, waiting: 0 });
});
