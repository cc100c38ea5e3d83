import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { candidateNames, casefold, createTable, listensTo, match, ownValue, type Properties, shownName } from "../src/matching.ts";
import type { EventBinding } from "../src/wire.gen.ts";

describe("fold", () => {
  it("MAT-5: text folds as Python folds it: sharp s, sigma, dotless i", () => {
    expect(casefold("STRASSE")).toBe(casefold("Straße"));
    expect(casefold("ΟΔΟΣ")).toBe(casefold("οδος"));
    expect(casefold("ı")).toBe("ı");
    expect(casefold("MiXed")).toBe("mixed");
  });
});

describe("names", () => {
  interface Case { why: string; type: string; event: string | null; name: string | null; category: string | null; names: string[]; shown: string }
  const { cases } = JSON.parse(readFileSync(new URL("../../../conformance/names.json", import.meta.url), "utf8")) as { cases: Case[] };

  describe("names", () => {
    it.each(cases)("MAT-1: $why", ({ type, event, name, category, names, shown }) => {
      expect(candidateNames(type, event, name, category)).toEqual(names);
      expect(shownName(type, event, name, category)).toBe(shown);
    });
  });
});

describe("matching", () => {
  interface Case { why: string; listens: EventBinding[]; tries: { names: string[]; properties: Properties; traits: Properties; nodes: string[] }[] }
  const { cases } = JSON.parse(readFileSync(new URL("../../../conformance/matching.json", import.meta.url), "utf8")) as { cases: Case[] };

  describe("matching", () => {
    it.each(cases)("MAT-3, MAT-5: $why", ({ listens, tries }) => {
      const table = createTable(listens);
      for (const one of tries) {
        expect(match(table, one.names, one.properties, one.traits)).toEqual(one.nodes);
        if (one.nodes.length > 0) expect(listensTo(table, one.names)).toBe(true);
      }
    });

    it("MAT-5: a property that every object has is missing all the same", () => {
      expect(ownValue({}, "constructor")).toBeUndefined();
      expect(ownValue({}, "__proto__")).toBeUndefined();
      const table = createTable([{ node: "n", label: "", event_id: "n", names: ["E"], rule: "segment", filters: [{ property: "toString", operator: "contains", values: ["function"], property_type: "event" }] }]);
      expect(match(table, ["E"], {}, {})).toEqual([]);
    });
  });
});
