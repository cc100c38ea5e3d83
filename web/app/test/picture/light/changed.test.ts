import { expect, it } from "vitest";
import { changed } from "../../../src/picture/light/changed.ts";
import type { PathMark } from "../../../src/picture/light/command.ts";

const table = new Float32Array(48);
const path = (token: string, rest: Partial<PathMark> = {}): PathMark => ({
  token, hue: 0, lane: 0, stops: [{ node: 1, numbers: [1] }], passed: [2], legs: [{ table, label: 0, lane: 0, jump: false, inferred: false }], ...rest,
});

it("PIC-18: paths that came or went are drawn anew whole, those that stayed not at all", () => {
  const [a, b, c] = [path("a"), path("b"), path("c")];
  expect(changed([a], [path("a")])).toEqual([]);
  expect(changed([a, b], [path("b"), c])).toEqual([{ legs: c.legs, nodes: [1, 2] }, { legs: a.legs, nodes: [1, 2] }]);
  for (const other of [{ hue: 1 }, { lane: 1 }]) expect(changed([a], [path("a", other)])).toHaveLength(2);
});

it("PIC-18: of a path that went on only what is new is drawn, and what it was", () => {
  const leg = { table: new Float32Array(48), label: 1, lane: 0, jump: false, inferred: false };
  const a = path("a");
  const [first] = a.legs;
  expect(changed([a], [path("a", { legs: [...a.legs, leg], stops: [...a.stops, { node: 5, numbers: [2] }] })])).toEqual([{ legs: [leg], nodes: [5] }]);
  expect(changed([a], [path("a", { stops: [{ node: 1, numbers: [1, 3] }], passed: [4] })])).toEqual([{ legs: [], nodes: [1, 2, 4] }]);
  expect(changed([a], [path("a", { stops: [], legs: [leg] })])).toEqual([{ legs: [first, leg], nodes: [1] }]);
  expect(changed([a], [path("a", { legs: [{ ...first!, lane: 3 }] })])).toMatchObject([{ legs: [{ lane: 0 }, { lane: 3 }] }]);
});
