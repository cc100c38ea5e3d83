import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { card, personalText, plain } from "../src/shapes.ts";

const { values } = JSON.parse(readFileSync(new URL("../../../conformance/redaction.json", import.meta.url), "utf8")) as { readonly values: readonly { readonly value: string | number; readonly personal: boolean }[] };
const personal = values.flatMap(({ value, personal: is }) => (is && typeof value === "string" ? [value] : []));

it.each(personal)("RED-16: an encoding hides nothing: %s", (text) => {
  const once = Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  for (const written of [once, once.replaceAll("%", "%25"), text.replace(/[0-9@.+]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)), Array.from(text).join("\u200b")]) expect([written, personalText(written)]).toEqual([written, true]);
});

it.each([
  ["a%2540b", "a@b"], ["&amp;#64;", "@"], ["&commat;&period", "@."], ["\\u0040\\x40", "@@"], ["\u0664\u0967\u{1d7db}", "413"], ["\u2011\u3002\u2044", "-./"], ["a\u00adb\u200bc", "abc"], ["%ff%40", "\u00ff@"],
  ["&#99999999;&#1114112;", "&#99999999;&#1114112;"], ["50% off & more", "50% off & more"],
])("RED-16: %s is read as %s", (written, read) => {
  expect(plain(written)).toBe(read);
});

it("RED-3: a card is known by its issuer, its length and its check digit", () => {
  expect(["4111111111111111", "378282246310005", "4111111111111112", "3411111111111111", "1700000000000"].map(card)).toEqual([true, true, false, false, false]);
});
