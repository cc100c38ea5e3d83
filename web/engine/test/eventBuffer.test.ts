import { describe, expect, it } from "vitest";
import { appendRow, createEventBuffer, eraseRow, fromTap, fromWire, iso, rowAt, rowsOf, toTap, toWire, unionTokens, updateRow } from "../src/eventBuffer.ts";
import { event, heard, T0 } from "./support.ts";

describe("ring", () => {
  it("ENG-10: the ring holds the last events, oldest first, under numbers that never come again", () => {
    const events = createEventBuffer(3);
    for (let n = 0; n < 5; n++) expect(appendRow(events, fromWire(event("a", { id: `r${n}` }), ["a"], false, T0 + n))).toBe(n);
    expect([...rowsOf(events)].map((row) => [row.row, row.id, row.at])).toEqual([[2, "r2", T0 + 2], [3, "r3", T0 + 3], [4, "r4", T0 + 4]]);
    expect(rowAt(events, 1)).toBeNull();
    expect(rowAt(events, 5)).toBeNull();
  });

  it("ENG-10: equal lists of nodes are held once", () => {
    const events = createEventBuffer(10);
    const one = appendRow(events, fromWire(event("a b"), ["a", "b"], false, T0)), other = appendRow(events, fromWire(event("a b"), ["a", "b"], false, T0));
    expect(rowAt(events, one)?.nodes).toBe(rowAt(events, other)?.nodes);
  });

  it("ENG-3: a row learns what its twin tells", () => {
    const events = createEventBuffer(2);
    const row = appendRow(events, fromWire(event("a"), ["a"], false, T0));
    updateRow(events, row, { lanes: 3, arrivedAt: 77, nodes: ["b"] });
    updateRow(events, 99, { lanes: 1 });
    expect(rowAt(events, row)).toMatchObject({ lanes: 3, arrivedAt: 77, at: T0, nodes: ["b"] });
  });

  it("ENG-17: a forgotten row leaves nothing behind", () => {
    const events = createEventBuffer(2);
    const row = appendRow(events, fromWire(event("a"), ["a"], false, T0));
    eraseRow(events, row);
    eraseRow(events, 99);
    expect(rowAt(events, row)).toBeNull();
    expect([...rowsOf(events)]).toEqual([]);
  });
});

describe("row", () => {
  it("ENG-19: a carried event comes back from its row as it came", () => {
    const events = createEventBuffer(2), one = event("a", { segment_received_at: new Date(T0 + 5).toISOString(), properties: { n: 1 }, flags: ["late"] });
    const row = rowAt(events, appendRow(events, fromWire(one, one.nodes, false, T0)));
    expect(row === null ? null : toWire(row)).toEqual(one);
  });

  it("ACC-20: identifiers that are revealed are in the row, and leave it in no file", () => {
    const events = createEventBuffer(2), one = { ...event("a"), revealed: { userId: "anna", odd: 3 as unknown as string } };
    const row = rowAt(events, appendRow(events, fromWire(one, one.nodes, false, T0)));
    expect(row?.revealed).toEqual({ userId: "anna" });
    expect(row === null ? "" : JSON.stringify(toWire(row))).not.toContain("anna");
    for (const revealed of [undefined, {}, "x" as unknown as Record<string, string>]) expect(fromWire({ ...event("a"), ...(revealed === undefined ? {} : { revealed }) }, [], false, T0).revealed).toBeUndefined();
  });

  it("ENG-15: what a binding lit is unmapped again on the wire", () => {
    const events = createEventBuffer(2);
    const row = rowAt(events, appendRow(events, fromWire(event(""), ["a"], true, T0)));
    expect(row === null ? null : toWire(row).nodes).toEqual([]);
  });

  it("ENG-19: a message of the tap comes back from its row with its stage", () => {
    const events = createEventBuffer(2), one = heard("A", { stage: "failed", reason: "offline", page: "p1" });
    const row = rowAt(events, appendRow(events, fromTap(one, ["a"], false, T0)));
    expect(row === null ? null : toTap(row, "failed", "offline")).toEqual({ ...one, nodes: ["a"] });
  });

  it("ENG-3: both lanes' tokens are united, each once, the first lane's first", () => {
    const a = { kind: "k", token: "a" }, b = { kind: "k", token: "b" };
    expect(unionTokens([a], [b, a])).toEqual([a, b]);
    expect(unionTokens([a], [a])).toEqual([a]);
  });

  it("ENG-20: a time that no clock can mean is not an error", () => {
    expect([iso(NaN), iso(Infinity), iso(T0)]).toEqual([iso(0), iso(0), "2026-01-02T03:04:05.000Z"]);
  });
});
