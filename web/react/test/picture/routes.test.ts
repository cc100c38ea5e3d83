import { readFileSync } from "node:fs";
import { graphFrom } from "@dagnet-realtime/client/graph/graphFrom";
import { type Box, curveBetween, type Face } from "@dagnet-realtime/layer/curve";
import type { Edge, Node } from "@dagnet-realtime/engine/wire.gen";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anchorsOf } from "../../src/picture/anchors.ts";
import { crosses, type Route, routeAround, routeAt, routePoints, routesOf } from "../../src/picture/routes.ts";
import { extentOf, type Scene, sceneOf } from "../../src/picture/scene.ts";
import { spaceOut } from "../../src/picture/spacing.ts";
import { arrange } from "../../src/picture/layout/layout.ts";
import { fullJourney, journey } from "../bench/sample.ts";

/** The foreign cards that a route enters, by index. */
function entered(route: Route, cards: readonly Box[], own: readonly number[]): number[] {
  const points = route.flatMap((curve) => Array.from({ length: 101 }, (_, i) => routeAt([curve], i / 100)));
  return cards.flatMap((card, index) => (!own.includes(index) && points.some((point, i) => i > 0 && crosses(points[i - 1] ?? point, point, card, 0)) ? [index] : []));
}

function crossings(scene: Scene): string[] {
  const cards = scene.nodes.map(({ box }) => box);
  return scene.edges.flatMap(({ id, route, source, target }) => entered(route, cards, [source, target]).map((index) => `${id} enters ${scene.nodes[index]?.node.label ?? ""}`));
}

describe("the ways of edges", () => {
  it("PIC-3: an edge with nothing in its way is one curve", () => {
    const [from, to] = [{ x: 100, y: 40, face: "right" }, { x: 300, y: 90, face: "left" }] as const;
    expect(routesOf([{ from, to, source: 0, target: 1 }], [{ x: 0, y: 0, width: 100, height: 80 }, { x: 300, y: 50, width: 100, height: 80 }])).toEqual([[curveBetween(from, to)]]);
  });

  it.each(["../../../../src/dagnet_realtime/samples/shop/graphs/uk-checkout-journey.json", "../../../../src/dagnet_realtime/samples/shop/graphs/newsletter-sign-up.json", "../../../host/workspace/graphs/checkout.json"])(
    "PIC-3: no edge enters a foreign card in %s", (file) => {
      const { graph } = graphFrom({ graph: JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8")) });
      expect(graph.edges.length).toBeGreaterThan(2);
      expect(crossings(sceneOf(graph, null))).toEqual([]);
    });

  it("PIC-3: no edge enters a foreign card in the journeys of the bench", () => {
    for (const graph of [journey(), fullJourney()]) expect(crossings(sceneOf(graph, null))).toEqual([]);
  });

  it("PIC-3: an edge that goes round its own cards goes no further than it must, and makes no spike", () => {
    const [failed, paid] = [{ x: 0, y: 0, width: 132, height: 104 }, { x: 0, y: 130, width: 132, height: 104 }];
    const [up] = routesOf([{ from: { x: 80, y: 130, face: "top" }, to: { x: 0, y: 52, face: "left" }, source: 1, target: 0 }], [failed, paid]);
    expect(up?.length).toBe(3);
    for (const { x, y } of routePoints(up ?? [])) expect(x <= 80 && y <= 130 && y >= 52).toBe(true);
    const [down] = routesOf([{ from: { x: -200, y: 50, face: "right" }, to: { x: 60, y: 130, face: "top" }, source: 2, target: 1 }], [failed, paid, { x: -332, y: 0, width: 132, height: 104 }]);
    expect(down?.length).toBe(3);
    for (const { x } of routePoints(down ?? [])) expect(x).toBeLessThanOrEqual(60);
  });

  it("PIC-1: what is fitted into view reaches around the bends of edges", () => {
    const node = (uuid: string, x: number, y = 0) => ({ ...(journey().nodes[0] as Node), uuid, x, y });
    const edge = { ...(journey().edges[0] as Edge), uuid: "ac", source: "a", target: "c" };
    const scene = sceneOf({ ...journey(), nodes: [node("a", 0), node("b", 250), node("c", 500)], edges: [edge] }, null);
    expect(scene.edges[0]?.route.length).toBeGreaterThan(1);
    const { y, height } = extentOf(scene);
    for (const { y: at } of routePoints(scene.edges[0]?.route ?? [])) expect(at >= y && at <= y + height).toBe(true);
  });

  const face = fc.constantFrom<Face>("left", "right", "top", "bottom");
  const spot = fc.record({ x: fc.integer({ min: 0, max: 1400 }), y: fc.integer({ min: 0, max: 900 }) });
  const links = fc.array(fc.record({ source: fc.nat(29), target: fc.nat(29), sourceFace: face, targetFace: face }), { maxLength: 25 });

  it("PIC-3: no edge enters a foreign card, for any places of nodes and any faces of edges", () => {
    fc.assert(fc.property(fc.array(spot, { minLength: 2, maxLength: 30 }), links, (spots, all) => {
      const { boxes } = spaceOut(spots);
      const known = all.filter(({ source, target }) => source < boxes.length && target < boxes.length && source !== target);
      const ports = anchorsOf(known, boxes);
      const routes = routesOf(known.flatMap(({ source, target }, i) => { const ends = ports[i]; return ends ? [{ ...ends, source, target }] : []; }), boxes);
      routes.forEach((route, i) => {
        const { source, target } = known[i] ?? { source: 0, target: 0 };
        expect(entered(route, boxes, [source, target])).toEqual([]);
        for (const [j, curve] of route.slice(1).entries()) expect([curve[0], curve[1]]).toEqual([route[j]?.[6], route[j]?.[7]]);
        expect([route[0]?.[0], route[0]?.[1], route.at(-1)?.[6], route.at(-1)?.[7]]).toEqual([ports[i]?.from.x, ports[i]?.from.y, ports[i]?.to.x, ports[i]?.to.y]);
      });
    }), { numRuns: 40 });
  });

  it("PIC-3: no edge enters a foreign card in graphs that were arranged", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(23), fc.nat(23)), { minLength: 1, maxLength: 40 }), (pairs) => {
      const links = pairs.filter(([a, b]) => a !== b);
      const boxes = arrange({ nodes: 24, links });
      const known = links.map(([source, target]) => ({ source, target, sourceFace: "right", targetFace: "left" }) as const);
      const ports = anchorsOf(known, boxes);
      const routes = routesOf(known.flatMap(({ source, target }, i) => { const ends = ports[i]; return ends ? [{ ...ends, source, target }] : []; }), boxes);
      for (const [i, route] of routes.entries()) expect(entered(route, boxes, [known[i]?.source ?? 0, known[i]?.target ?? 0])).toEqual([]);
    }), { numRuns: 15 });
  });

  it("leaves a gap under the label, and knows the piece that closes it", () => {
    const route = [curveBetween({ x: 0, y: 0, face: "right" }, { x: 300, y: 0, face: "left" }), curveBetween({ x: 300, y: 0, face: "right" }, { x: 600, y: 50, face: "left" })];
    const { beside, under } = routeAround(route, 0.25, 16, 8);
    expect(beside.match(/M/g)).toHaveLength(3);
    expect(under.match(/M/g)).toHaveLength(1);
    expect(routeAround(route, 0.5, 10_000, 10_000).beside).toBe("");
    expect(routePoints(route).length).toBeGreaterThan(30);
  });
});
