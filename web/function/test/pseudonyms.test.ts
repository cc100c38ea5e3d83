import { expect, it } from "vitest";
import { pasted } from "./segment.js";
import { vectors } from "./support.ts";

interface Case { name: string; workspace: string; env: string; key: string; rotation: number; at: number; kind: string; value: string; tokens: string[] }
const { cases } = vectors("tokens") as { cases: Case[] };

it.each(cases)("FUN-6, RED-7 in the function: $name", ({ kind, value, at, tokens, ...keying }) => {
  expect([...pasted().pseudonyms(keying)(kind, value, at)]).toEqual(tokens);
});
