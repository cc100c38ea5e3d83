import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { hmacSha256 } from "../src/sha256.ts";

it("SEG-14: the keyed hash is Node's, at every length about the edges of a block", () => {
  for (const key of ["", "00", "0b".repeat(20), "ff".repeat(32), "01".repeat(64)])
    for (let length = 0; length < 200; length++) {
      const text = "né😀x".repeat(60).slice(0, length);
      expect(hmacSha256(key, text)).toBe(createHmac("sha256", Buffer.from(key, "hex")).update(text).digest("hex"));
    }
});
