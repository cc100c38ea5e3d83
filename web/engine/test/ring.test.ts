import { expect, it } from "vitest";
import { amend, append, createRing, forget, rowAt, rows } from "../src/ring.ts";
import { fromWire } from "../src/row.ts";
import { event, T0 } from "./support.ts";

it("ENG-10: the ring holds the last events, oldest first, under numbers that never come again", () => {
  const ring = createRing(3);
  for (let n = 0; n < 5; n++) expect(append(ring, fromWire(event("a", { id: `r${n}` }), ["a"], false, T0 + n))).toBe(n);
  expect([...rows(ring)].map((row) => [row.row, row.id, row.at])).toEqual([[2, "r2", T0 + 2], [3, "r3", T0 + 3], [4, "r4", T0 + 4]]);
  expect(rowAt(ring, 1)).toBeNull();
  expect(rowAt(ring, 5)).toBeNull();
});

it("ENG-10: equal lists of nodes are held once", () => {
  const ring = createRing(10);
  const one = append(ring, fromWire(event("a b"), ["a", "b"], false, T0)), other = append(ring, fromWire(event("a b"), ["a", "b"], false, T0));
  expect(rowAt(ring, one)?.nodes).toBe(rowAt(ring, other)?.nodes);
});

it("ENG-3: a row learns what its twin tells", () => {
  const ring = createRing(2);
  const row = append(ring, fromWire(event("a"), ["a"], false, T0));
  amend(ring, row, { lanes: 3, arrivedAt: 77, nodes: ["b"] });
  amend(ring, 99, { lanes: 1 });
  expect(rowAt(ring, row)).toMatchObject({ lanes: 3, arrivedAt: 77, at: T0, nodes: ["b"] });
});

it("ENG-17: a forgotten row leaves nothing behind", () => {
  const ring = createRing(2);
  const row = append(ring, fromWire(event("a"), ["a"], false, T0));
  forget(ring, row);
  forget(ring, 99);
  expect(rowAt(ring, row)).toBeNull();
  expect([...rows(ring)]).toEqual([]);
});
