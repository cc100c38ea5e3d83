import { expect, it } from "vitest";
import { fingerprint } from "../src/fingerprint.ts";
import { reduce } from "../src/reduce.ts";
import { after, batch, event, frame, on, T0 } from "./support.ts";

it("ENG-1: a fingerprint sees counts, rows, traces, commands and time, and nothing of caches", () => {
  const inputs = [on(), frame(1, batch(0, [event("a", { id: "f1" })]))], state = after(inputs), before = fingerprint(state);
  expect(before).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprint(reduce(after(inputs), { kind: "tick", at: T0 + 5 }))).toBe(before);
  for (const input of [frame(2, batch(1, [event("a")])), { kind: "pause", at: T0 }, { kind: "clear", at: T0 }, { kind: "filter", at: T0, text: "type:page" }, { kind: "follow", at: T0, token: "t1" }, { kind: "bind", at: T0, name: "n", node: "a" }] as const)
    expect(fingerprint(reduce(after(inputs), input))).not.toBe(before);
});
