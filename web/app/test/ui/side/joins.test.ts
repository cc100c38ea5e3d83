import { expect, it } from "vitest";
import { joinWords } from "../../../src/ui/side/joins.ts";

it("TRC-12: a join says what joined, or which identifier was learnt, and whether it was undone", () => {
  const b = { kind: "userId", token: "t" };
  const say = (why: "identify" | "alias" | "event" | "rotation", learnt: boolean, undone = false) => joinWords({ why, learnt, b, undone });
  expect([say("identify", false), say("alias", true), say("event", false), say("rotation", false)]).toEqual([
    "An identify joined two traces.", "An alias told the userId.", "An event that carries both joined two traces.", "A change of keys joined two traces.",
  ]);
  expect([say("identify", false, true), say("identify", true, true)]).toEqual(["Undone: two traces again.", "Undone: the userId stays apart."]);
});
