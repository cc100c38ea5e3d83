import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gunzip } from "../../src/graphs/gunzip.ts";

describe("base64 of gzip", () => {
  it("GRA-18: reads both alphabets of base64", async () => {
    const packed = gzipSync("Größe?>~").toString("base64");
    expect(await gunzip(packed, 100)).toBe("Größe?>~");
    expect(await gunzip(packed.replaceAll("+", "-").replaceAll("/", "_"), 100)).toBe("Größe?>~");
  });

  it("GRA-18: stops at its bound and at whatever is no gzip of UTF-8", async () => {
    expect(await gunzip(gzipSync("a".repeat(5_000_000)).toString("base64"), 1_000_000)).toBeNull();
    expect(await gunzip("%%%", 100)).toBeNull();
    expect(await gunzip(btoa("no gzip"), 100)).toBeNull();
    expect(await gunzip(gzipSync(Buffer.from([0xff, 0xfe])).toString("base64"), 100)).toBeNull();
    expect(await gunzip(gzipSync("cut short").toString("base64").slice(0, 20), 100)).toBeNull();
  });
});
