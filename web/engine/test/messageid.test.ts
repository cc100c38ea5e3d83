import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { shownId } from "../src/messageid.ts";
import { hmacSha256 } from "../src/sha256.ts";

const { key, cases } = JSON.parse(readFileSync(new URL("../../../conformance/message_ids.json", import.meta.url), "utf8")) as { readonly key: string; readonly cases: readonly { readonly id: string; readonly shown: string }[] };

describe("SEG-14: a message's id is shown as it came from an SDK, any other as the channel's digest", () => {
  it.each(cases)("$id", ({ id, shown }) => {
    expect(shownId(id, (text) => hmacSha256(key, text))).toBe(shown);
  });
});
