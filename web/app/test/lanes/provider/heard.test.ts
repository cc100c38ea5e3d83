import { createTable } from "@dagnet-realtime/engine/matching";
import { expect, it } from "vitest";
import { readPublished, type Envelope } from "../../../src/lanes/provider/envelope.ts";
import { Heard } from "../../../src/lanes/provider/heard.ts";
import { GRAPH } from "../../support/page.ts";
import { envelope, message } from "./envelopes.ts";

const TABLE = createTable(GRAPH.listens);
const envelopes = (...some: unknown[]): readonly Envelope[] => readPublished(message(...some))?.envelopes ?? [];
const heard = (position = "function:0", known: readonly string[] = []): Heard => new Heard(position, (id) => known.includes(id));

it("FUN-14: envelopes become a frame whose counts and ledger sum, matched against the graph that is shown", () => {
  const frame = heard().batch(envelopes(envelope("m1"), envelope("m2", "see_b", { traces: [{ kind: "userId", token: "t" }], received: 1_200 }), { ...envelope("m3"), type: "page", event: "", name: "Home" }, envelope("m4", "other")), TABLE, 2);
  expect(frame).toMatchObject({
    from: "function:0", position: "function:1", counts: { a: 1, b: 1 }, unmapped: { "Viewed Home Page": 1, other: 1 }, other: 0, threshold: 1,
    ledger: { offered: 6, lit: 2, unmapped: 2, missed: 2, carried: 4, filtered: 0, thinned: 0, sampled_out: 0, forgotten: 0 },
  });
  expect(frame.events[1]).toMatchObject({ id: "m2", nodes: ["b"], source: "Segment", occurred_at: "1970-01-01T00:00:01.000Z", arrived_at: "1970-01-01T00:00:01.500Z", segment_received_at: "1970-01-01T00:00:01.200Z" });
});

it("TRC-9, FUN-14: envelopes of one call keep their places, whatever the order in which they come", () => {
  const had = Date.UTC(2026, 10, 30);
  const sent = [[had, 0], [had, 1], [had, 2], [had + 1, 0]] as const;
  const offsets = heard().batch(envelopes(...sent.map(([at, place], n) => envelope(`m${n}`, "see_a", { had: at, ...(place === 0 ? {} : { place }) })).reverse()), TABLE, 0).events.map(({ offset }) => offset ?? NaN);
  expect(offsets).toEqual([...offsets].sort((a, b) => b - a));
  expect(new Set(offsets).size).toBe(4);
  expect(offsets.every(Number.isSafeInteger)).toBe(true);
  expect(heard().batch(envelopes(envelope("m", "see_a", { had: 1e300, place: 9e9 })), TABLE, 0).events[0]?.offset).toBe(2 ** 52);
});

it("FUN-15: a repeat is carried, so that it is told, and counted nowhere; also one from before this page", () => {
  const one = heard("function:7", ["m0"]);
  expect(one.batch(envelopes(envelope("m1"), envelope("m1"), envelope("m0")), TABLE, 0)).toMatchObject({ from: "function:7", counts: { a: 1 }, ledger: { offered: 1, lit: 1, carried: 1 } });
  expect(one.batch(envelopes(envelope("m1")), TABLE, 0)).toMatchObject({ from: "function:8", position: "function:9", counts: {}, ledger: { offered: 0 } });
});

it("FUN-15: ids are remembered in two generations, and no more", () => {
  const one = heard();
  const [first] = envelopes(envelope("m"));
  const many = (start: number): readonly Envelope[] => Array.from({ length: 50_000 }, (_, place) => ({ ...first!, id: `m${start + place}` }));
  one.batch(many(0), TABLE, 0);
  expect(one.batch(many(0).slice(0, 9), TABLE, 0).ledger.offered).toBe(0);
  one.batch(many(50_000), TABLE, 0);
  one.batch(many(100_000), TABLE, 0);
  expect(one.batch(many(0).slice(0, 9), TABLE, 0).ledger.offered).toBe(9);
});

it("FUN-16: names like those that every object has are names, and of many the rest is counted as other", () => {
  const names = ["__proto__", "constructor", ...Array.from({ length: 300 }, (_, place) => `name ${place}`)];
  const { unmapped, other, ledger } = heard().batch(envelopes(...names.map((name, place) => envelope(`m${place}`, name))), TABLE, 0);
  expect(Object.values(unmapped).reduce((sum, n) => sum + n, other)).toBe(ledger.unmapped);
  expect(Object.keys(unmapped).length).toBeLessThanOrEqual(200);
});

it("FUN-17: a gap is of unknown size and goes on from where it stood; a position that is none begins anew", () => {
  expect(heard("function:3").gap("broken")).toEqual({ op: "gap", from: "function:3", to: "function:4", missed: null, reason: "broken" });
  expect(heard("e:12").position).toBe("function:0");
});
