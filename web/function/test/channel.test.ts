import { expect, it } from "vitest";
import { pasted } from "./segment.js";
import { vectors } from "./support.ts";

interface Case { name: string; workspace: string; env: string; key: string; turn: number; at: number; channel: string }
const { cases } = vectors("channels") as { cases: Case[] };

it.each(cases)("FUN-4 in the function: $name", ({ at, channel, ...of }) => {
  expect(pasted().channelAt(of, at)).toBe(channel);
});
