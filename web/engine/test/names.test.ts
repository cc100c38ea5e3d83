import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { candidateNames, shownName } from "../src/names.ts";

interface Case { why: string; type: string; event: string | null; name: string | null; category: string | null; names: string[]; shown: string }
const { cases } = JSON.parse(readFileSync(new URL("../../../conformance/names.json", import.meta.url), "utf8")) as { cases: Case[] };

describe("names", () => {
  it.each(cases)("MAT-1, MAT-2: $why", ({ type, event, name, category, names, shown }) => {
    expect(candidateNames(type, event, name, category)).toEqual(names);
    expect(shownName(type, event, name, category)).toBe(shown);
  });
});
