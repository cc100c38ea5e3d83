import { expect, it } from "vitest";
import { append, createRing, rowAt } from "../src/ring.ts";
import { fromTap, fromWire, iso, toTap, toWire, united } from "../src/row.ts";
import { event, heard, T0 } from "./support.ts";

it("ENG-19: a carried event comes back from its row as it came", () => {
  const ring = createRing(2), one = event("a", { segment_received_at: new Date(T0 + 5).toISOString(), properties: { n: 1 }, flags: ["late"] });
  const row = rowAt(ring, append(ring, fromWire(one, one.nodes, false, T0)));
  expect(row === null ? null : toWire(row)).toEqual(one);
});

it("TRC-32: identifiers that are revealed are in the row, and leave it in no file", () => {
  const ring = createRing(2), one = { ...event("a"), revealed: { userId: "anna", odd: 3 as unknown as string } };
  const row = rowAt(ring, append(ring, fromWire(one, one.nodes, false, T0)));
  expect(row?.revealed).toEqual({ userId: "anna" });
  expect(row === null ? "" : JSON.stringify(toWire(row))).not.toContain("anna");
  for (const revealed of [undefined, {}, "x" as unknown as Record<string, string>]) expect(fromWire({ ...event("a"), ...(revealed === undefined ? {} : { revealed }) }, [], false, T0).revealed).toBeUndefined();
});

it("ENG-15: what a binding lit is unmapped again on the wire", () => {
  const ring = createRing(2);
  const row = rowAt(ring, append(ring, fromWire(event(""), ["a"], true, T0)));
  expect(row === null ? null : toWire(row).nodes).toEqual([]);
});

it("ENG-19: a message of the tap comes back from its row with its stage", () => {
  const ring = createRing(2), one = heard("A", { stage: "failed", reason: "offline", page: "p1" });
  const row = rowAt(ring, append(ring, fromTap(one, ["a"], false, T0)));
  expect(row === null ? null : toTap(row, "failed", "offline")).toEqual({ ...one, nodes: ["a"] });
});

it("ENG-3: both lanes' tokens are united, each once, the first lane's first", () => {
  const a = { kind: "k", token: "a" }, b = { kind: "k", token: "b" };
  expect(united([a], [b, a])).toEqual([a, b]);
  expect(united([a], [a])).toEqual([a]);
});

it("ENG-20: a time that no clock can mean is not an error", () => {
  expect([iso(NaN), iso(Infinity), iso(T0)]).toEqual([iso(0), iso(0), "2026-01-02T03:04:05.000Z"]);
});
