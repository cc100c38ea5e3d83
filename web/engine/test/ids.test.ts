import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hmacSha256 } from "../src/hash.ts";
import { isToken, shownId } from "../src/ids.ts";

describe("messageid", () => {
  const { key, cases } = JSON.parse(readFileSync(new URL("../../../conformance/message_ids.json", import.meta.url), "utf8")) as { readonly key: string; readonly cases: readonly { readonly id: string; readonly shown: string }[] };

  describe("SEG-14: a message's id is shown as it came from an SDK, any other as the channel's digest", () => {
    it.each(cases)("$id", ({ id, shown }) => {
      expect(shownId(id, (text) => hmacSha256(key, text))).toBe(shown);
    });
  });
});

describe("token", () => {
  const { forms } = JSON.parse(readFileSync(new URL("../../../conformance/tokens.json", import.meta.url), "utf8")) as { readonly forms: readonly { readonly text: string; readonly page: boolean }[] };

  describe("WEB-6: a token is known by its form", () => {
    it.each(forms)("$text", ({ text, page }) => {
      expect(isToken(text)).toBe(page);
    });
  });
});
