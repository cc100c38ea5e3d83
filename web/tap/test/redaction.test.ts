import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { read } from "../src/read.ts";
import { card, cleanNames, cleanText, globs, isGlob, personalName, personalText, personalValue, plain, redaction } from "../src/redaction.ts";

describe("globs", () => {
  interface Case {
    readonly pattern: string;
    readonly name: string;
    readonly case?: "ascii" | "any";
    readonly fits: boolean;
  }
  const { cases } = JSON.parse(readFileSync(new URL("../../../conformance/globs.json", import.meta.url), "utf8")) as { readonly cases: readonly Case[] };

  describe("RED-6: a glob fits what the server's vectors say, in time linear in the name", () => {
    it.each(cases.filter((one) => one.case !== "ascii"))("$pattern $name", ({ pattern, name, fits, case: folded }) => {
      expect(globs([pattern], folded === "any")(name)).toBe(fits);
      expect(globs(["no such name", pattern], folded === "any")(name)).toBe(fits);
    });
  });

  it("RED-6: no pattern fits nothing", () => {
    expect(globs([])("")).toBe(false);
    expect(["plan", "pl?n", "pl*n"].map(isGlob)).toEqual([false, true, true]);
  });
});

describe("shapes", () => {
  const { values } = JSON.parse(readFileSync(new URL("../../../conformance/redaction.json", import.meta.url), "utf8")) as { readonly values: readonly { readonly value: string | number; readonly personal: boolean }[] };
  const personal = values.flatMap(({ value, personal: is }) => (is && typeof value === "string" ? [value] : []));

  it.each(personal)("RED-3: an encoding hides nothing: %s", (text) => {
    const once = Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
    for (const written of [once, once.replaceAll("%", "%25"), text.replace(/[0-9@.+]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)), Array.from(text).join("\u200b")]) expect([written, personalText(written)]).toEqual([written, true]);
  });

  it.each([
    ["a%2540b", "a@b"], ["&amp;#64;", "@"], ["&commat;&period", "@."], ["\\u0040\\x40", "@@"], ["\u0664\u0967\u{1d7db}", "413"], ["\u2011\u3002\u2044", "-./"], ["a\u00adb\u200bc", "abc"], ["%ff%40", "\u00ff@"],
    ["&#99999999;&#1114112;", "&#99999999;&#1114112;"], ["50% off & more", "50% off & more"],
  ])("RED-3: %s is read as %s", (written, read) => {
    expect(plain(written)).toBe(read);
  });

  it("RED-3: a card is known by its issuer, its length and its check digit", () => {
    expect(["4111111111111111", "378282246310005", "4111111111111112", "3411111111111111", "1700000000000"].map(card)).toEqual([true, true, false, false, false]);
  });
});

describe("personal", () => {
  const { words, pairs, stems, named } = JSON.parse(readFileSync(new URL("../../../conformance/redaction.json", import.meta.url), "utf8")) as Record<string, string[]>;

  it("TAP-5: every word, pair and stem of the server's lists is personal here", () => {
    expect([...(words ?? []), ...(pairs ?? []), ...(stems ?? [])].filter((word) => !personalName(word))).toEqual([]);
    expect((named ?? []).filter((word) => !personalName(`${word}_name`))).toEqual([]);
  });

  it("TAP-5: ordinary names and values are not", () => {
    for (const name of ["plan", "product_name", "price", "coupon", "checkout_step", "page.path"]) expect(personalName(name)).toBe(false);
    for (const value of ["Order Completed", "2026-01-02", 42, -4111111111111111, 4111111111111.25]) expect(personalValue(value)).toBe(false);
  });
});

describe("redaction", () => {
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
});
