import { expect, it } from "vitest";
import { Bindings, indexRows } from "../../src/graphs/bindings.ts";

it("GRA-7: the index is asked first, then the file of that name, then the node file", () => {
  const named = (name: string) => ({ provider_event_names: { segment: name } });
  const bindings = new Bindings(
    new Map<string, unknown>([
      ["events-index.yaml", { events: [{ id: "a", file_path: "events/z.yaml" }, { id: "b", file_path: "events/none.yaml" }] }],
      ["events/z.yaml", named("Z")],
      ["events/a.yaml", named("A")],
      ["events/b.yml", named("B")],
      ["nodes/n.yaml", named("N")],
    ]),
  );
  const ask = (event: string, node = "") => bindings.definition(event, node)?.segment[0] ?? null;
  expect([ask("a"), ask("b"), ask("c", "n"), ask("c")]).toEqual(["Z", "B", "N", null]);
  expect([...bindings.definitionFiles().values()]).toEqual(["a", "a", "b"]);
});

it("GRA-4: an index of any shape is read", () => {
  expect(indexRows({ events: [null, 3, { id: "" }, { id: 1, file_path: [] }] }, "events").get("1")?.path).toBeNull();
  expect(indexRows([], "events").size).toBe(0);
});
