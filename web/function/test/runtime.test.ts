import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { pasted } from "./segment.js";

it("FUN-1: hashes with the runtime's own crypto, and reads keys as hexadecimal digits", () => {
  const file = pasted();
  expect([...file.bytes("00ff7a")]).toEqual([0, 255, 122]);
  expect(file.hmac(file.bytes("6b6579"), "text")).toBe(createHmac("sha256", "key").update("text").digest("hex"));
  expect(typeof file.node().createHash).toBe("function");
});
