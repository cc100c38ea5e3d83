import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Unreadable } from "../../src/graphs/unreadable.ts";
import { loadYaml } from "../../src/graphs/yaml12.ts";

describe("YAML as DagNet reads it", () => {
  it("GRA-3: scalars follow the core schema of YAML 1.2", () => {
    const source = "[ON, yes, true, 2026-01-02, ~, 012, 0o14, 0x1F, 1_000, 1e3, 12:30, '1', !!str 1, !own 5, <<]";
    expect(loadYaml(source)).toEqual(["ON", "yes", true, "2026-01-02", null, 12, 12, 31, "1_000", 1000, "12:30", "1", "1", "5", "<<"]);
  });

  it("GRA-3: aliases, duplicate keys, odd keys and further documents", () => {
    expect(loadYaml("a: &a [1]\nb: *a\na: 2\n7: x\n? [k]\n: dropped\n---\nother: 1\n")).toEqual({ a: 2, b: [1], "7": "x" });
    expect(loadYaml("")).toBeNull();
    expect(Object.keys(loadYaml("__proto__: {x: 1}") as object)).toEqual(["__proto__"]);
  });

  const bomb = "- &a [1,1,1,1,1,1,1,1,1,1]\n" + ["ab", "bc", "cd", "de", "ef"].map(([a, b]) => `- &${b ?? ""} [${Array(10).fill(`*${a ?? ""}`).join(",")}]\n`).join("");
  for (const source of ["a: &a [*a]", "*unknown", "[".repeat(65) + "]".repeat(65), "[".repeat(20_000), "- ".repeat(5000), "a: [", bomb])
    it(`GRA-2: refuses ${source.slice(0, 12)}… soon`, () => {
      expect(() => loadYaml(source)).toThrow(Unreadable);
    });

  it("GRA-2: any text is a tree or unreadable", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from("ab:-[]{}&*!|>'\"# \n\t,?%@0.~\\")) }), (source) => {
        try {
          loadYaml(source);
        } catch (error) {
          expect(error).toBeInstanceOf(Unreadable);
        }
      }),
      { numRuns: 500 },
    );
  });
});
