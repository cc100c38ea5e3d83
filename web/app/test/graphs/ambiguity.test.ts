import type { Filter } from "@dagnet-realtime/engine/wire.gen";
import { expect, it } from "vitest";
import { ambiguities } from "../../src/graphs/ambiguity.ts";

function codes(...filters: (readonly Filter[])[]): string[] {
  return ambiguities(filters.map((those, place) => ({ node: `n${place}`, label: "", event_id: `e${place}`, names: ["N"], rule: "segment", filters: those }))).map((one) => one.code);
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
