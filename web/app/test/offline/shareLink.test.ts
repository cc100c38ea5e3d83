import { gzipSync } from "node:zlib";
import { isProblem } from "@dagnet-realtime/engine/problem";
import fc from "fast-check";
import LZString from "lz-string";
import { describe, expect, it } from "vitest";
import { decompress, gunzip, openShared, payload, unpack } from "../../src/offline/shareLink.ts";

describe("sharelink", () => {
  const GRAPH = { nodes: [{ uuid: "A", label: "Größe +?&" }], edges: [] };
  const TEXT = JSON.stringify(GRAPH);
  const PACKED = {
    "lz-string": LZString.compressToEncodedURIComponent(TEXT),
    "base64 of gzip": encodeURIComponent(gzipSync(TEXT).toString("base64")),
    "URL-encoded JSON": encodeURIComponent(TEXT),
  };

  async function labels(link: string): Promise<unknown> {
    const found = await openShared(link);
    return isProblem(found) ? found.title : [...found.graphs].map(([name, graph]) => [name, graph.nodes.map((node) => node.label)]);
  }

  describe("static share links", () => {
    for (const [way, data] of Object.entries(PACKED))
      it(`GRA-18: opens a graph packed as ${way}`, async () => {
        expect(await labels(`https://dagnet.example/?mode=static&graph=my%20flow&data=${data}&x=1`)).toEqual([["my-flow", ["Größe +?&"]]]);
        expect(await labels(`https://dagnet.example/#data=${data}`)).toEqual([["shared", ["Größe +?&"]]]);
        expect(await labels(data)).toEqual([["shared", ["Größe +?&"]]]);
      });

    it("GRA-18: opens a pasted graph, and a graph inside an envelope", async () => {
      expect(await labels(TEXT)).toEqual([["shared", ["Größe +?&"]]]);
      expect(await labels(JSON.stringify({ version: 1, graph: GRAPH }))).toEqual([["shared", ["Größe +?&"]]]);
    });

    it("GRA-18: says what to do with anything else", async () => {
      expect(await labels("https://dagnet.example/?graph=x")).toBe("This is no DagNet share link");
      expect(await labels("https://dagnet.example/?mode=live&repo=r&branch=main&graph=x")).toBe("A live share link carries no graph");
      expect(await labels("https://dagnet.example/?share=N4IgLg&mode=live")).toBe("A live share link carries no graph");
      expect(await labels("https://dagnet.example/?share=N4IgLg")).toBe("The link of a bundle carries no graph");
      expect(await labels("{}")).toBe("This link carries no graph");
      expect(await labels(`data=${"A".repeat(3_000_000)}`)).toBe("This link is too long");
    });

    it("GRA-18: takes any text and never throws", async () => {
      await fc.assert(fc.asyncProperty(fc.string(), async (text) => { expect(await openShared(text)).toBeTypeOf("object"); }));
      expect(await unpack("%")).toBeNull();
      expect(payload("  plain ")).toBe("plain");
    });
  });
});

describe("lz", () => {
  describe("lz-string's format", () => {
    it("GRA-18: reads what the library wrote", () => {
      fc.assert(
        fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 400 }), fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 1000 })), (text) => {
          expect(decompress(LZString.compressToEncodedURIComponent(text), 10_000)).toBe(text);
        }),
      );
    });

    it("GRA-18: stops at its bound, however short the text that would grow", () => {
      const bomb = LZString.compressToEncodedURIComponent("a".repeat(200_000));
      expect(bomb.length).toBeLessThan(2_000);
      expect(decompress(bomb, 100_000)).toBeNull();
    });

    it("GRA-18: takes any text and ends", () => {
      fc.assert(fc.property(fc.string(), (text) => ["string", "object"].includes(typeof decompress(text, 1000))));
      expect(decompress("", 10)).toBeNull();
      expect(decompress("N4Ig!", 10)).toBeNull();
    });
  });
});

describe("gunzip", () => {
  describe("base64 of gzip", () => {
    it("GRA-18: reads both alphabets of base64", async () => {
      const packed = gzipSync("Größe?>~").toString("base64");
      expect(await gunzip(packed, 100)).toBe("Größe?>~");
      expect(await gunzip(packed.replaceAll("+", "-").replaceAll("/", "_"), 100)).toBe("Größe?>~");
    });

    it("GRA-18: stops at its bound and at anything that is no gzip of UTF-8", async () => {
      expect(await gunzip(gzipSync("a".repeat(5_000_000)).toString("base64"), 1_000_000)).toBeNull();
      expect(await gunzip("%%%", 100)).toBeNull();
      expect(await gunzip(btoa("no gzip"), 100)).toBeNull();
      expect(await gunzip(gzipSync(Buffer.from([0xff, 0xfe])).toString("base64"), 100)).toBeNull();
      expect(await gunzip(gzipSync("cut short").toString("base64").slice(0, 20), 100)).toBeNull();
    });
  });
});
