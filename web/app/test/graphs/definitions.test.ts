import { expect, it } from "vitest";
import { listenedNames, namesAnything, readDefinition } from "../../src/graphs/definitions.ts";

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
