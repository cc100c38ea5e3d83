import type { FollowedPath, PathStep } from "@dagnet-realtime/client/light";
import { describe, expect, it } from "vitest";
import { journey } from "../../react/test/bench/sample.ts";
import { sceneOf } from "@dagnet-realtime/react/picture/scene";
import { inside, POINTS } from "../src/curve.ts";
import { MeasuredDrawing } from "../src/measuredDrawing.ts";
import { marksOf } from "../src/pathMarks.ts";

const scene = sceneOf(journey(), null);
const step = (node: string, n: number, edges: string[] = [], rest: Partial<PathStep> = {}): PathStep => ({ node, n, edges, jump: false, inferred: false, ...rest });
const path = (token: string, hue: FollowedPath["hue"], steps: PathStep[]): FollowedPath => ({ token, hue, steps, head: null });

describe("marks of followed paths", () => {
  it("PIC-15: numbers every step at its node, also if a node is visited twice", () => {
    const [mark] = marksOf(scene, [path("a", 0, [step("landing", 1), step("list", 2, ["landing->list"]), step("landing", 3, [], { jump: true }), step("gone", 4)])]);
    expect(mark?.stops).toEqual([{ node: scene.nodeIndex.get("landing"), numbers: [1, 3] }, { node: scene.nodeIndex.get("list"), numbers: [2] }]);
    expect(mark?.legs.map(({ jump }) => jump)).toEqual([false, true]);
  });

  it("PIC-15: names the nodes that an inferred part passes, unless the trace stopped there", () => {
    const way = ["product->basket", "basket->checkout"];
    const [mark] = marksOf(scene, [path("a", 0, [step("product", 1), step("checkout", 2, way, { inferred: true })])]);
    expect(mark?.passed).toEqual([scene.nodeIndex.get("basket")]);
    const [stopped] = marksOf(scene, [path("a", 0, [step("basket", 1), step("product", 2, [], { jump: true }), step("checkout", 3, way, { inferred: true })])]);
    expect(stopped?.passed).toEqual([]);
  });

  it("PIC-15: paths that share an edge run side by side", () => {
    const steps = [step("landing", 1), step("list", 2, ["landing->list"], { inferred: true })];
    const marks = marksOf(scene, [path("a", 0, steps), path("b", 1, steps)]);
    expect(marks.map(({ legs }) => legs[0]?.lane)).toEqual([0, 1]);
    expect(marks.map(({ lane }) => lane)).toEqual([0, 1]);
    const crowd = marksOf(scene, Array.from({ length: 60 }, (_, n) => path(`p${n}`, 0, steps)));
    expect(crowd).toHaveLength(50);
    expect(Math.max(...crowd.flatMap(({ lane, legs }) => [lane, ...legs.map((leg) => leg.lane)]))).toBe(6);
    expect(marks[0]?.legs[0]).toMatchObject({ inferred: true, table: scene.edges[scene.edgeIndex.get("landing->list") ?? -1]?.table });
  });

  it("EMB-30: legs end at the boxes of their nodes, even in a group, and take the same points until something moves", () => {
    const box = (x: number) => ({ x, y: 0, width: 110, height: 110 });
    const boxes = new Map([["group", { x: -50, y: -50, width: 900, height: 300 }], ["a", box(0)], ["b", box(300)], ["c", box(600)]]);
    const paths = new Map([["ab", [{ x: 55, y: 55 }, { x: 355, y: 55 }]], ["bc", [{ x: 355, y: 55 }, { x: 655, y: 55 }]]]);
    const drawing = new MeasuredDrawing({ boxes: () => boxes, path: (edge) => paths.get(edge) ?? null });
    const followed = [path("t", 0, [step("a", 1), step("c", 2, ["ab", "bc"], { inferred: true })])];
    const tables = new Map<string, Float32Array>();
    const [mark] = marksOf(drawing, followed, tables);
    expect(mark?.passed).toEqual([drawing.nodeIndex.get("b")]);
    expect(mark?.legs).toHaveLength(2);
    for (const { table } of mark?.legs ?? [])
      for (const { box: node } of drawing.nodes.filter(({ node: { uuid } }) => uuid !== "group"))
        for (let i = 0; i < POINTS; i += 1) expect(inside(node, table[i * 2]!, table[i * 2 + 1]!, 0)).toBe(false);
    expect(marksOf(drawing, followed, tables)[0]?.legs[0]?.table).toBe(mark?.legs[0]?.table);
  });
});
