import fc from "fast-check";
import { describe, expect, it } from "vitest";
import vectors from "../../../../conformance/graphs.json";
import { loadWorkspace, wanted } from "../../src/graphs/workspace.ts";

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
    it(`GRA-4, GRA-5, GRA-6, GRA-7, GRA-10, GRA-11: ${one.why}`, () => {
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

  it("GRA-9: folders are flat and scratch files are nobody's", () => {
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

  it("GRA-2: whatever the files hold, nothing is thrown", () => {
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
