import { UnreadableFile } from "@dagnet-realtime/client/graph/fields";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import vectors from "../../../../conformance/graphs.json";
import { loadWorkspace, loadYaml, parseFile, wanted } from "../../src/offline/workspace.ts";

describe("workspace", () => {
  interface Case {
    readonly why: string;
    readonly files: Readonly<Record<string, string>>;
    readonly graphs: unknown;
    readonly errors: readonly string[];
    readonly needed: readonly string[];
    readonly warnings: unknown;
  }

  function places(warnings: readonly { code: string; where: string }[]): unknown {
    return warnings.map((one) => [one.code, one.where]);
  }

  describe("whole workspaces", () => {
    for (const one of vectors.cases as unknown as readonly Case[])
      it(`GRA-2, GRA-5, GRA-6, GRA-7, GRA-11: ${one.why}`, () => {
        const found = loadWorkspace(Object.entries(one.files).map(([path, text]) => ({ path, text })));
        const graphs = Object.fromEntries(
          [...found.graphs].map(([name, graph]) => {
            const { version, ...rest } = graph;
            expect(version).toHaveLength(16);
            return [name, { ...rest, warnings: places(graph.warnings) }];
          }),
        );
        expect(graphs).toEqual(one.graphs);
        expect(found.errors.map((error) => error.file)).toEqual(one.errors);
        expect(found.needed).toEqual(one.needed);
        expect(places(found.warnings)).toEqual(one.warnings);
      });

    it("GRA-8: folders are flat and scratch files are left out", () => {
      expect(["graphs/a.json", "events/a.yml", "nodes/a.yaml", "events-index.yaml"].every(wanted)).toBe(true);
      expect(["graphs/x/a.json", "graphs/.a.json", "cases/a.yaml", "a.json", "parameters-index.yaml"].some(wanted)).toBe(false);
    });

    it("GRA-1: the version follows from content alone", () => {
      const version = (text: string) => loadWorkspace([{ path: "graphs/a.json", text }]).graphs.get("a")?.version;
      expect(version('{"nodes":[{"uuid":"A"}]}')).toBe(version('{ "nodes": [{"uuid": "A"}], "debugging": 1 }'));
      expect(version('{"nodes":[{"uuid":"A"}]}')).not.toBe(version('{"nodes":[{"uuid":"B"}]}'));
    });

    it("GRA-2: a file named __proto__ is a file like another", () => {
      expect([...loadWorkspace([{ path: "graphs/__proto__.json", text: '{"nodes":[{"uuid":"__proto__","id":"constructor"}]}' }]).graphs.keys()]).toEqual(["__proto__"]);
    });

    it("GRA-2: files with any content are read without an error", () => {
      const texts = fc.oneof(fc.json(), fc.string(), fc.constantFrom("*a", "a: &a [*a]", "- - - -"));
      fc.assert(
        fc.property(fc.json({ maxDepth: 4 }), texts, texts, (nodes, event, index) => {
          const graph = `{"nodes":[${nodes},{"uuid":"A","id":"a","event_id":"e"}],"edges":[${nodes}]}`;
          const files = { "graphs/g.json": graph, "events/e.yaml": event, "nodes/a.yaml": event, "events-index.yaml": index, "nodes-index.yaml": index };
          const found = loadWorkspace(Object.entries(files).map(([path, text]) => ({ path, text })));
          expect(found.graphs.size + found.errors.length).toBeGreaterThan(0);
        }),
        { numRuns: 200 },
      );
    });
  });
});

describe("trees", () => {
  it("GRA-2: what cannot be read says why", () => {
    expect(() => parseFile("a.json", "{")).toThrow("is not JSON");
    expect(() => parseFile("a.json", '"\0"')).toThrow("NUL");
    expect(() => parseFile("a.json", " ".repeat(6 * 1024 * 1024))).toThrow("5120 KB");
    expect(() => parseFile("a.yaml", " ".repeat(2 * 1024 * 1024))).toThrow("1024 KB");
    expect(() => parseFile("a.yaml", "a: [")).toThrow("is not YAML");
  });

  it("GRA-2: a byte order mark is no part of the text", () => {
    expect(parseFile("a.json", '\ufeff{"a":1}')).toEqual({ a: 1 });
    expect(parseFile("a.yaml", "\ufeffa: 1")).toEqual({ a: 1 });
  });
});

describe("yaml12", () => {
  describe("YAML as DagNet reads it", () => {
    it("GRA-2: scalars follow the core schema of YAML 1.2", () => {
      const source = "[ON, yes, true, 2026-01-02, ~, 012, 0o14, 0x1F, 1_000, 1e3, 12:30, '1', !!str 1, !own 5, <<]";
      expect(loadYaml(source)).toEqual(["ON", "yes", true, "2026-01-02", null, 12, 12, 31, "1_000", 1000, "12:30", "1", "1", "5", "<<"]);
    });

    it("GRA-2: aliases, duplicate keys, odd keys and further documents", () => {
      expect(loadYaml("a: &a [1]\nb: *a\na: 2\n7: x\n? [k]\n: dropped\n---\nother: 1\n")).toEqual({ a: 2, b: [1], "7": "x" });
      expect(loadYaml("")).toBeNull();
      expect(Object.keys(loadYaml("__proto__: {x: 1}") as object)).toEqual(["__proto__"]);
    });

    const bomb = "- &a [1,1,1,1,1,1,1,1,1,1]\n" + ["ab", "bc", "cd", "de", "ef"].map(([a, b]) => `- &${b ?? ""} [${Array(10).fill(`*${a ?? ""}`).join(",")}]\n`).join("");
    for (const source of ["a: &a [*a]", "*unknown", "[".repeat(65) + "]".repeat(65), "[".repeat(20_000), "- ".repeat(5000), "a: [", bomb])
      it(`GRA-2: refuses ${source.slice(0, 12)}… soon`, () => {
        expect(() => loadYaml(source)).toThrow(UnreadableFile);
      });

    it("GRA-2: any text is a tree or unreadable", () => {
      fc.assert(
        fc.property(fc.string({ unit: fc.constantFrom(...Array.from("ab:-[]{}&*!|>'\"# \n\t,?%@0.~\\")) }), (source) => {
          try {
            loadYaml(source);
          } catch (error) {
            expect(error).toBeInstanceOf(UnreadableFile);
          }
        }),
        { numRuns: 500 },
      );
    });
  });
});
