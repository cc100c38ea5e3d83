import { describe, expect, it } from "vitest";
import { DefinitionIndex, indexRows, listenedNames, lostValues, namesAnything, readDefinition, unkeptName, withRedaction } from "../../src/graph/definitions.ts";

describe("definitions", () => {
  it("GRA-7: Segment's name, else Amplitude's, else the event id", () => {
    const names = (providers: unknown) => listenedNames(readDefinition("e", "f", { provider_event_names: providers }));
    expect(names({ segment: "s", amplitude: "a" })).toEqual({ rule: "segment", names: ["s", "a"] });
    expect(names({ segment: "", amplitude: "a" })).toEqual({ rule: "amplitude", names: ["a"] });
    expect(names(null)).toEqual({ rule: "event_id", names: ["e"] });
    expect(namesAnything({ provider_event_names: {} })).toBe(false);
  });

  it("GRA-11: odd filters are warned of", () => {
    const found = readDefinition("e", "f", { amplitude_filters: [{ property: "p", operator: "IS  not", values: [true, 1, null] }, { property: "q" }, 7] });
    expect(found.filters).toEqual([{ property: "p", operator: "is not", values: ["true", "1"], property_type: "event" }]);
    expect(found.warnings.map((one) => one.code)).toEqual(["filter_broken", "filter_broken"]);
  });
});

describe("bindings", () => {
  it("GRA-7: the index is asked first, then the file of that name, then the node file", () => {
    const named = (name: string) => ({ provider_event_names: { segment: name } });
    const bindings = new DefinitionIndex(
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

  it("GRA-2: an index of any shape is read", () => {
    expect(indexRows({ events: [null, 3, { id: "" }, { id: 1, file_path: [] }] }, "events").get("1")?.path).toBeNull();
    expect(indexRows([], "events").size).toBe(0);
  });
});

describe("kept", () => {
  const filter = (property: string, operator: string, ...values: string[]) => ({ property, operator, values, property_type: "event" as const });

  it("MAT-10: a name that redaction changes can never be heard", () => {
    for (const name of ["Order Completed", "v1.2.3.4 installed", "Viewed Pricing /pricing Page", "x".repeat(256)]) expect([name, unkeptName(name)]).toEqual([name, false]);
    for (const name of ["/pay#done", "Viewed Pay /pay?step=2 Page", "Order 4111111111111111", "ada@example.com joined"]) expect([name, unkeptName(name)]).toEqual([name, true]);
  });

  it("MAT-10: a filter that can never be met says why", () => {
    expect(withRedaction(filter("email", "does not contain", "@acme.com")).unkept).toBe("its name is personal");
    expect(withRedaction(filter("sku", "is", "4111111111111111")).unkept).toBe("such a value is never kept as it is");
    expect(withRedaction(filter("ref", "contains", "@acme.com")).unkept).toBe("such a value is never kept as it is");
    expect(lostValues(filter("sku", "is any of", "4111111111111111", "x"))).toEqual(["4111111111111111"]);
  });

  it("MAT-10: a negative filter knows what an unwanted value may have become", () => {
    expect(withRedaction(filter("url", "is not", "/a?step=2", "/b")).unsure).toEqual(["/a"]);
    expect(withRedaction(filter("url", "does not contain", "utm=a")).unsure).toEqual(["/"]);
  });
});
