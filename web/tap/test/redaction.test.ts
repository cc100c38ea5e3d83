import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { personalName, personalValue } from "../src/personal.ts";
import { read } from "../src/read.ts";
import { cleanNames, cleanText, redaction } from "../src/redaction.ts";

interface Vectors {
  readonly names: readonly { readonly path: string; readonly personal: boolean }[];
  readonly values: readonly { readonly value: string | number; readonly personal: boolean }[];
  readonly texts: readonly { readonly text: string; readonly kept: string }[];
  readonly event_names: readonly { readonly given: [string | null, string | null, string | null]; readonly kept: (string | null)[] }[];
  readonly cases: readonly { readonly name: string; readonly allow: string[]; readonly deny: string[]; readonly needed: string[]; readonly input: Record<string, unknown>; readonly output: object }[];
}
const vectors = JSON.parse(readFileSync(new URL("../../../conformance/redaction.json", import.meta.url), "utf8")) as Vectors;

describe("TAP-5: the tap redacts by the server's vectors", () => {
  it.each(vectors.names)("name $path", ({ path, personal }) => {
    expect(personalName(path)).toBe(personal);
  });
  it.each(vectors.values)("value $value", ({ value, personal }) => {
    expect(personalValue(value)).toBe(personal);
  });
  it.each(vectors.texts)("text $text", ({ text, kept }) => {
    expect(cleanText(text)).toBe(kept);
  });
  it.each(vectors.event_names)("names $given", ({ given, kept }) => {
    expect(cleanNames(...given)).toEqual(kept);
  });
  it.each(vectors.cases)("$name", (one) => {
    const { properties } = read({ messageId: "m", properties: one.input }, "track", 0);
    expect(redaction(one)(properties)).toEqual(one.output);
  });
});

it("TAP-5: the bounds of a list and of the properties hold", () => {
  const many = Object.fromEntries(Array.from({ length: 150 }, (_, place) => [`p${place}`, place]));
  expect(Object.keys(redaction({ allow: ["*"], deny: [], needed: [] })(many))).toHaveLength(100);
});
