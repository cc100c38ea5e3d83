import { describe, expect, it } from "vitest";
import type { EventBinding } from "../../engine/src/wire.gen.ts";
import type { Properties } from "../../engine/src/matching.ts";
import { pasted } from "./segment.js";
import { vectors } from "./support.ts";

const file = pasted();
const redactions = vectors("redaction") as {
  names: { path: string; personal: boolean }[];
  values: { value: string | number; personal: boolean }[];
  texts: { text: string; kept: string }[];
  event_names: { given: [string | null, string | null, string | null]; kept: (string | null)[] }[];
  cases: { name: string; allow: string[]; deny: string[]; needed: string[]; input: Record<string, unknown>; output: object }[];
};
const names = vectors("names") as { cases: { why: string; type: string; event: string | null; name: string | null; category: string | null; names: string[] }[] };
const matchings = vectors("matching") as { cases: { why: string; listens: EventBinding[]; tries: { names: string[]; properties: Properties; traits: Properties; nodes: string[] }[] }[] };
const shares = vectors("thinning") as { share: { id: string; traces: { kind: string; token: string }[]; hash: number }[] };
/** What a script of another realm made, as values of this one. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("FUN-6: the file that is pasted keeps the shared rules", () => {
  it("redaction: names, values, texts and whole messages", () => {
    for (const { path, personal } of redactions.names) expect([path, file.personalName(path)]).toEqual([path, personal]);
    for (const { value, personal } of redactions.values) expect([value, file.personalValue(value)]).toEqual([value, personal]);
    for (const { text, kept } of redactions.texts) expect(file.cleanText(text)).toBe(kept);
    for (const { given, kept } of redactions.event_names) expect(plain(file.cleanNames(...given))).toEqual(kept);
    for (const one of redactions.cases) expect(plain(file.redaction(one)(file.read({ messageId: "m", properties: one.input }, "track", 0).properties)), one.name).toEqual(one.output);
  });

  it("names: those that matching tries", () => {
    for (const { why, type, event, name, category, names: expected } of names.cases) expect(plain(file.candidateNames(type, event, name, category)), why).toEqual(expected);
  });

  it("matching: the nodes that are lit", () => {
    for (const { why, listens, tries } of matchings.cases) {
      const table = file.createTable(listens);
      for (const one of tries) expect(plain(file.match(table, one.names, one.properties, one.traits)), why).toEqual(one.nodes);
    }
  });

  it("thinning: the share that a trace belongs to", () => {
    for (const { hash, ...event } of shares.share) expect(file.share(event)).toBe(hash / 2 ** 32);
  });
});
