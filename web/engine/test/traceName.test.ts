import { expect, it } from "vitest";
import { traceName } from "../src/traceName.ts";

const tokens = (count: number) => Array.from({ length: count }, (_, at) => `a_${at.toString(32).padStart(12, "0")}`);

it("TRC-34: a token has one name, which no release changes", () => {
  expect(["f_p1mvj5gg2lsp", "a_000000000000", "me_0123456789av", ""].map(traceName)).toEqual(["smart pond", "cosmic opal", "glossy harp", ""]);
});

it("TRC-34: names are two words of at most six letters each, spread over all of 65,536", () => {
  const names = tokens(4000).map(traceName);
  for (const name of names) expect(name).toMatch(/^[a-z]{3,6} [a-z]{3,6}$/);
  expect(new Set(names).size).toBeGreaterThan(3800);
  const words = (place: number) => new Set(tokens(20_000).map((token) => traceName(token).split(" ")[place]));
  expect([words(0).size, words(1).size]).toEqual([256, 256]);
});
