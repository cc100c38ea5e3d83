import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createTable, listensTo, match, own, type Properties } from "../src/matching.ts";
import type { Listen } from "../src/wire.gen.ts";

interface Case { why: string; listens: Listen[]; tries: { names: string[]; properties: Properties; traits: Properties; nodes: string[] }[] }
const { cases } = JSON.parse(readFileSync(new URL("../../../conformance/matching.json", import.meta.url), "utf8")) as { cases: Case[] };

describe("matching", () => {
  it.each(cases)("MAT-3 to MAT-8: $why", ({ listens, tries }) => {
    const table = createTable(listens);
    for (const one of tries) {
      expect(match(table, one.names, one.properties, one.traits)).toEqual(one.nodes);
      if (one.nodes.length > 0) expect(listensTo(table, one.names)).toBe(true);
    }
  });

  it("MAT-6: a property that every object has is missing all the same", () => {
    expect(own({}, "constructor")).toBeUndefined();
    expect(own({}, "__proto__")).toBeUndefined();
    const table = createTable([{ node: "n", label: "", event_id: "n", names: ["E"], rule: "segment", filters: [{ property: "toString", operator: "contains", values: ["function"], property_type: "event" }] }]);
    expect(match(table, ["E"], {}, {})).toEqual([]);
  });
});
