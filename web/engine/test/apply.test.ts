import { expect, it } from "vitest";
import { countBatch, countGap } from "../src/apply.ts";
import { SILENT } from "../src/out.ts";
import { nodeLight, totals } from "../src/select/light.ts";
import { unmappedNames } from "../src/select/unmapped.ts";
import { after, batch, event, on, T0 } from "./support.ts";

it("ENG-2: counts are the frame's, the sparkline and the rate go by events", () => {
  const state = after([on()]);
  countBatch(state, batch(0, [event("a b"), event("a"), event("")], 1), T0 + 500, SILENT);
  countGap(state, { op: "gap", from: "e.3", to: "e.5", missed: 2, reason: "" }, T0);
  expect([nodeLight(state, "a", T0 + 500).count, nodeLight(state, "b", T0 + 500).count]).toEqual([2, 1]);
  expect(totals(state, T0 + 1000)).toMatchObject({ count: 3, rate: 3, mapped: 2, unmapped: 1 });
  expect(totals(state, T0 + 500).sparkline.at(-1)).toBe(3);
});

it("ENG-11: names are counted by the frame, and the last carried one is the sample", () => {
  const state = after([on()]), one = event("", { properties: { n: 1 } });
  countBatch(state, { ...batch(0, [one, event("")], 1), other: 4 }, T0, SILENT);
  expect(unmappedNames(state, T0)).toMatchObject({ other: 4, names: [{ name: "Unheard", count: 2, firstAt: T0, sample: { id: one.id, properties: { n: 1 } } }] });
});
