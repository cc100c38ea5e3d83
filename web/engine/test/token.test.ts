import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isToken } from "../src/token.ts";

const { forms } = JSON.parse(readFileSync(new URL("../../../conformance/tokens.json", import.meta.url), "utf8")) as { readonly forms: readonly { readonly text: string; readonly page: boolean }[] };

describe("WEB-40: a token is known by its form", () => {
  it.each(forms)("$text", ({ text, page }) => {
    expect(isToken(text)).toBe(page);
  });
});
