import type { Filter } from "@dagnet-realtime/engine/wire.gen";
import { describe, expect, it } from "vitest";
import { consistencyWarnings, overlapWarnings } from "../../src/graph/consistency.ts";
import { DefinitionIndex } from "../../src/graph/definitions.ts";

describe("drift", () => {
  it("GRA-11: indexes and files that disagree are reported", () => {
    const bindings = new DefinitionIndex(
      new Map<string, unknown>([
        ["events-index.yaml", { events: [{ id: "gone", file_path: "events/gone.yaml" }, { id: "out", file_path: "../x.yaml" }] }],
        ["nodes-index.yaml", { nodes: [{ id: "n", event_id: "a" }] }],
        ["nodes/n.yaml", { event_id: "b" }],
        ["events/here.yaml", { id: "other" }],
      ]),
    );
    expect(consistencyWarnings(bindings, []).map((one) => one.code)).toEqual(["index_drift", "index_path", "index_drift", "index_drift", "id_drift", "unused_definition"]);
  });
});

describe("ambiguity", () => {
  function codes(...filters: (readonly Filter[])[]): string[] {
    return overlapWarnings(filters.map((those, place) => ({ node: `n${place}`, label: "", event_id: `e${place}`, names: ["N"], rule: "segment", filters: those }))).map((one) => one.code);
  }

  function filter(operator: string, ...values: string[]): Filter {
    return { property: "category", operator, values, property_type: "event" };
  }

  it("GRA-11: filters overlap unless one property keeps them apart", () => {
    const energy = filter("is", "Energy");
    expect(codes([energy], [filter("is any of", "Water", "Gas")])).toEqual([]);
    expect(codes([energy], [filter("is not", "Energy", "Gas")])).toEqual([]);
    expect(codes([filter("is not any of", "Energy")], [energy])).toEqual([]);
    expect(codes([energy], [filter("is", "Energy", "Gas")])).toEqual(["overlapping_filters"]);
    expect(codes([energy], [{ ...filter("is", "Gas"), property_type: "user" }])).toEqual(["overlapping_filters"]);
  });

  it("GRA-11: a hostile file cannot make endless warnings", () => {
    expect(codes(...Array.from({ length: 400 }, () => []))).toHaveLength(200);
  });
});
