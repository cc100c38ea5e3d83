import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { placeholder } from "../src/placeholders.ts";

const { cases } = JSON.parse(readFileSync(new URL("../../../conformance/placeholders.json", import.meta.url), "utf8")) as { readonly cases: readonly { readonly text: string; readonly placeholder: boolean }[] };

describe("RED-21: a placeholder identifies nobody, by the server's vectors", () => {
  it.each(cases)("$text", ({ text, placeholder: expected }) => {
    expect(placeholder(text)).toBe(expected);
  });
});
