import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { globs, isGlob } from "../src/globs.ts";

interface Case {
  readonly pattern: string;
  readonly name: string;
  readonly case?: "ascii" | "any";
  readonly fits: boolean;
}
const { cases } = JSON.parse(readFileSync(new URL("../../../conformance/globs.json", import.meta.url), "utf8")) as { readonly cases: readonly Case[] };

describe("RED-20: a glob fits what the server's vectors say, in time linear in the name", () => {
  it.each(cases.filter((one) => one.case !== "ascii"))("$pattern $name", ({ pattern, name, fits, case: folded }) => {
    expect(globs([pattern], folded === "any")(name)).toBe(fits);
    expect(globs(["no such name", pattern], folded === "any")(name)).toBe(fits);
  });
});

it("RED-20: no pattern fits nothing", () => {
  expect(globs([])("")).toBe(false);
  expect(["plan", "pl?n", "pl*n"].map(isGlob)).toEqual([false, true, true]);
});
