import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { namesOf } from "../src/names.ts";

interface Case {
  readonly why: string;
  readonly type: string;
  readonly event: string | null;
  readonly name: string | null;
  readonly category: string | null;
  readonly names: readonly string[];
  readonly shown: string;
}
const { cases } = JSON.parse(readFileSync(new URL("../../../conformance/names.json", import.meta.url), "utf8")) as { cases: readonly Case[] };

it.each(cases)("MAT-1, MAT-2 in the page: $why", ({ type, event, name, category, names, shown }) => {
  expect(namesOf(type, event, name, category)).toEqual({ names, name: shown });
});
