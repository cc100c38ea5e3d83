import { expect, it } from "vitest";
import { createEventBuffer } from "../src/eventBuffer.ts";
import { createDualCounter, displayed } from "../src/activity.ts";
import { createUnmapped, unmappedCounter, isIdentityCounter, unmappedLocal, unmappedRemote } from "../src/unmapped.ts";

it("ENG-11: names are counted apart up to a bound, the rest together; nothing is lost", () => {
  const unmapped = createUnmapped();
  for (let n = 0; n < 30; n++) unmappedRemote(unmapped, `n${n}`, n + 1, 0, 0, 1000, 10);
  expect(unmapped.names.size).toBe(10);
  const sum = [...unmapped.names.values()].reduce((all, one) => all + displayed(one), 0) + displayed(unmapped.other);
  expect(sum).toBe(465);
});

it("ENG-11: a name that has been quiet gives way to a new one, the rarest first", () => {
  const unmapped = createUnmapped();
  unmappedRemote(unmapped, "often", 9, 0, 0, 0, 2);
  unmappedLocal(unmapped, "once", false, 0, 2);
  unmappedRemote(unmapped, "new", 1, 0, 0, 5000, 2);
  expect([...unmapped.names.keys()]).toEqual(["often", "once"]);
  unmappedRemote(unmapped, "new", 1, 0, 0, 10_000, 2);
  expect([...unmapped.names.keys()]).toEqual(["often", "new"]);
  expect(unmapped.other).toEqual({ remote: 1, local: 1, pendingLocal: 1 });
});

it("ENG-11: identity messages always have room and never give way", () => {
  const unmapped = createUnmapped();
  for (const name of ["x", "identify", "y", "z"]) unmappedRemote(unmapped, name, 1, 0, 0, name === "z" ? 60_000 : 0, 1);
  expect([...unmapped.names.keys()]).toEqual(["identify", "z"]);
  const events = createEventBuffer(5);
  const identify = unmappedCounter(unmapped, "identify", 0, 1);
  expect([identify !== null && isIdentityCounter(events, identify), isIdentityCounter(events, { ...createDualCounter(), name: "z", firstAt: 0, lastAt: 0, sample: -1 })]).toEqual([true, false]);
});

it("ENG-11: first and last are kept", () => {
  const unmapped = createUnmapped();
  unmappedRemote(unmapped, "n", 1, 0, 0, 5, 2);
  unmappedRemote(unmapped, "n", 1, 0, 0, 9, 2);
  expect(unmappedCounter(unmapped, "n", 99, 2)).toMatchObject({ firstAt: 5, lastAt: 9, remote: 2, sample: -1 });
});
