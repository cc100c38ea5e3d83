import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asBool, asColour, asList, asMapping, asNumber, asText, firstText, inFolder, isGiven, safePath, stem, UnreadableFile, wellFormed } from "../../src/graph/fields.ts";

describe("fields", () => {
  it("GRA-2: every reader takes anything", () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(typeof asMapping(value)).toBe("object");
        expect(Array.isArray(asList(value))).toBe(true);
        expect(typeof asText(value)).toBe("string");
        expect(typeof asBool(value)).toBe("boolean");
        expect(Number.isFinite(asNumber(value) ?? 0)).toBe(true);
        expect(asColour({ colour: value })).toMatch(/^[#a-zA-Z0-9]*$/);
      }),
    );
  });

  it("GRA-2: scalars read as text, texts are cut by characters, half surrogates replaced", () => {
    expect([1, true, null, [], undefined, "a"].map((value) => asText(value))).toEqual(["1", "true", "", "", "", "a"]);
    expect(Array.from(asText("😀".repeat(300)))).toHaveLength(256);
    expect(wellFormed("a\ud800b😀")).toBe("a\ufffdb😀");
    expect(firstText({ a: "", b: "found" }, "a", "b")).toBe("found");
  });

  it("GRA-2: far numbers and truth values are no numbers", () => {
    expect([true, "1", NaN, Infinity, 1e10, -2].map(asNumber)).toEqual([null, null, null, null, null, -2]);
    expect([[], {}, 0, "", [0], { a: 0 }].map(isGiven)).toEqual([false, false, false, false, true, true]);
  });
});

describe("paths", () => {
  it("GRA-8: a path that leads out is null, one that stays is normalised", () => {
    for (const path of ["", "../x.yaml", "a/../../x.yaml", "/x.yaml", "~/x.yaml", "C:/x.yaml", "a\\x.yaml", "a\0.yaml", "x.json", "http://x/y.yaml"]) expect(safePath(path)).toBeNull();
    expect(safePath("./events//deep/./x.yaml")).toBe("events/deep/x.yaml");
    expect(safePath("events/..x.yml")).toBe("events/..x.yml");
  });

  it("GRA-8: folders are flat, scratch files are left out", () => {
    expect(inFolder("graphs/a.json", "graphs", ".json")).toBe(true);
    for (const path of ["graphs/deep/a.json", "graphs/.a.json", "graphs/#a.json", "graphs/~a.json", "graphs/a.json.swp", "a.json"]) expect(inFolder(path, "graphs", ".json")).toBe(false);
    expect([stem("graphs/a.b.json"), stem("plain")]).toEqual(["a.b", "plain"]);
  });
});

describe("unreadable", () => {
  it("GRA-2: carries a clause that follows the file's name", () => {
    expect(`a.json ${new UnreadableFile("is empty").message}`).toBe("a.json is empty");
  });
});
