import { isProblem } from "@dagnet-realtime/engine/problem";
import fc from "fast-check";
import LZString from "lz-string";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openShared, payload, unpack } from "../../src/graphs/sharelink.ts";

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
