import { expect, it } from "vitest";
import { admission } from "../src/admit.ts";
import { leave, type Link, report } from "../src/link.ts";
import { append, createRing, HELD, type Ring } from "../src/ring.ts";
import { RULES, told } from "./support.ts";

const link = (): Link => ({ session: "s", admit: admission(RULES), next: 0, acked: 0, missed: 0, toldAt: 0, on: true });
const filled = (count: number): Ring => {
  const ring = createRing();
  for (let n = 0; n < count; n++) append(ring, told(`m${n}`, { timestamp: new Date(1_000 - n) }));
  return ring;
};

it("TAP-9: a report holds what is new, in the order of the calls; then there is nothing", () => {
  const ring = filled(3);
  const one = link();
  const first = report(one, ring, "p", 100, 0, []);
  expect(first).toMatchObject({ from: 0, to: 3, missed: 0, session: "s", page: "p" });
  expect(first?.messages.map(({ messageId }) => messageId)).toEqual(["m2", "m1", "m0"]);
  expect(report(one, ring, "p", 200, 0, [])).toBeUndefined();
});

it("TAP-9: a flood is told at a pace, and what made room meanwhile is counted", () => {
  const ring = filled(HELD + 100);
  const one = link();
  expect(report(one, ring, "p", 50, 0, [])).toMatchObject({ from: 100, to: 406, missed: 100 });
  expect(report(one, ring, "p", 60, 7, [])).toMatchObject({ from: 406, to: 472, skipped: 7 });
  expect(report(one, ring, "p", 1e6, 0, [])).toMatchObject({ from: 472, to: 1_472 });
});

it("TAP-10: what was not answered for is told again to a tab that comes back", () => {
  const ring = filled(4);
  const one = link();
  report(one, ring, "p", 100, 0, []);
  one.acked = 2;
  leave(one);
  expect(one.on).toBe(false);
  expect(report(one, ring, "p", 200, 0, [])).toMatchObject({ from: 2, to: 4 });
});
