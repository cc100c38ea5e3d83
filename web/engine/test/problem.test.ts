import { expect, it } from "vitest";
import { isProblem, problem } from "../src/problem.ts";

it("ENG-20: a problem is distinguished from everything else", () => {
  expect(isProblem(problem("invalid", "No", "because"))).toBe(true);
  for (const other of [null, undefined, 1, "problem", {}, { problem: 1 }, []]) expect(isProblem(other)).toBe(false);
});
