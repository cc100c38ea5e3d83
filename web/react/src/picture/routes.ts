/** The ways of edges: one cubic curve if no foreign card stands in it, else several, led around. */
import { type Box, type Curve, curveBetween, type Face, part, pathOf, type Point, pointAt, type Port } from "@dagnet-realtime/layer/curve";

/** An edge's curves, each beginning where the one before it ends. */
export type Route = readonly Curve[];

/** The two ends of an edge, and the indices of their cards. */
export interface Ends {
  readonly from: Port;
  readonly to: Port;
  readonly source: number;
  readonly target: number;
}

/** Clear space between an edge and a foreign card, in canvas units; the least is taken if cards
 * stand too close for more.
 */
const CLEAR = [9, 4, 1.5] as const;
/** How far a lane lies from the card that it passes, so that several do not lie on one another. */
const LANES = [12, 19, 26] as const;
/** A lane passes the corner of a card at this distance, so that the bend stays clear of it. */
const PASS = 14;
/** Cards among which a way is searched step by step if no single lane is free. */
const MOST_SEARCHED = 90;

/** One route for each edge, in order. No route enters a foreign card, unless cards stand closer to
 * one another than 3 units or there are hundreds of them.
 */
export function routesOf(edges: readonly Ends[], cards: readonly Box[]): Route[] {
  const router = new Router(cards);
  return edges.map((ends) => router.route(ends));
}

/** The way of an edge that nothing stands in. */
export function directRoute({ from, to }: Pick<Ends, "from" | "to">): Route {
  return [curveBetween(from, to)];
}

/** Finds the routes of edges one after the other: each keeps off the lanes of those before. */
export class Router {
  private readonly field: Field;
  private readonly taken = new Map<string, number>();
  private readonly few: boolean;

  constructor(cards: readonly Box[]) {
    this.field = new Field(cards);
    this.few = cards.length <= MOST_SEARCHED;
  }

  route(ends: Ends, direct: Route = directRoute(ends)): Route {
    const points = routePoints(direct);
    for (const clear of CLEAR) {
      const met = this.field.met(points, ends, clear);
      if (met.size === 0) return direct;
      const lane = laneAround(this.field, ends, met, clear, this.taken) ?? (this.few ? searched(this.field, ends, clear) : null);
      if (lane) return lane;
      if (!this.few) break;
    }
    return direct;
  }
}

/** Lanes that are looked at for one edge: the nearest ones. */
const MOST_LANES = 40;

/** The shortest of the ways that go to a straight lane beside the cards that are in the way, along
 * it, and on to the end.
 */
function laneAround(field: Field, ends: Ends, met: ReadonlySet<number>, clear: number, taken: Map<string, number>): Route | null {
  const boxes = [...met].flatMap((index) => field.cards[index] ?? []);
  const ways: { readonly axis: "x" | "y"; readonly at: number; readonly cost: number; readonly key: string }[] = [];
  for (const axis of ["x", "y"] as const) {
    const [from, to] = axis === "x" ? [ends.from.y, ends.to.y] : [ends.from.x, ends.to.x];
    for (const beside of boxes) {
      const [low, high] = axis === "x" ? [beside.y, beside.y + beside.height] : [beside.x, beside.x + beside.width];
      for (const away of LANES) {
        for (const at of [low - away, high + away]) {
          const key = `${axis} ${Math.round(at / 5)}`;
          ways.push({ axis, at, key, cost: Math.abs(at - from) + Math.abs(at - to) + (taken.get(key) ?? 0) * 40 });
        }
      }
    }
  }
  ways.sort((a, b) => a.cost - b.cost);
  for (const { axis, at, key } of ways.slice(0, MOST_LANES)) {
    const route = alongLane(ends, boxes, axis, at).find((one) => field.met(routePoints(one), ends, clear).size === 0);
    if (!route) continue;
    taken.set(key, (taken.get(key) ?? 0) + 1);
    return route;
  }
  return null;
}

/** To the lane (a line at `at` across `axis`), past the boxes, and on: the neatest way first. An
 * edge whose end is beside them, as one has that goes round its own card, may turn right there.
 */
function alongLane({ from, to }: Ends, boxes: readonly Box[], axis: "x" | "y", at: number): readonly Route[] {
  const across = axis === "x";
  const lows = boxes.map((box) => (across ? box.x : box.y));
  const highs = boxes.map((box) => (across ? box.x + box.width : box.y + box.height));
  const [low, high] = [Math.min(...lows) - PASS, Math.max(...highs) + PASS];
  const onwards = across ? to.x >= from.x : to.y >= from.y;
  const [near, far] = onwards ? [low, high] : [high, low];
  const faces: readonly [Face, Face] = across ? ["left", "right"] : ["top", "bottom"];
  const [back, ahead] = onwards ? faces : [faces[1], faces[0]];
  const port = (value: number, face: Face): Port => (across ? { x: value, y: at, face } : { x: at, y: value, face });
  const [start, end] = across ? [from.x, to.x] : [from.y, to.y];
  const turn = onwards ? PASS : -PASS;
  /** The place on the lane of a corner at this end, if its face looks at the lane. */
  const corners = (one: Port, place: number): readonly number[] => {
    const out = (at - (across ? one.y : one.x)) * (one.face === "bottom" || one.face === "right" ? 1 : -1);
    return out > 0 && !faces.includes(one.face) && place > low && place < high ? [place] : [];
  };
  const enters = [...corners(from, start).map((place) => place + turn), near];
  const leaves = [...corners(to, end).map((place) => place - turn), far];
  const ways = enters.flatMap((enter) => leaves.map((leave) => ({ enter, leave }))).filter(({ enter, leave }) => (onwards ? enter < leave : enter > leave));
  return ways.map(({ enter, leave }) => {
    const [on, off] = [port(enter, back), port(leave, ahead)];
    return [enter === near ? curveBetween(from, on) : corner(from, on, from), straight(on, off), leave === far ? curveBetween(off, to) : corner(off, to, to)];
  });
}

/** A rounded corner between two points, one of which is a port whose edge goes straight ahead. */
function corner(a: Point, b: Point, { x, y, face }: Port): Curve {
  const other = a.x === x && a.y === y ? b : a;
  const bend = face === "top" || face === "bottom" ? { x, y: other.y } : { x: other.x, y };
  const [out, into] = [towards(a, bend, 0.55, 1), towards(b, bend, 0.55, 1)];
  return [a.x, a.y, out.x, out.y, into.x, into.y, b.x, b.y];
}

/** The shortest way with few bends along the lines beside cards; null if there is none. */
function searched(field: Field, ends: Ends, clear: number): Route | null {
  const { from, to } = ends;
  const [start, end] = [ahead(from, clear + 2), ahead(to, clear + 2)];
  const step = clear + 2;
  const xs = sorted([start.x, end.x, ...field.cards.flatMap(({ x, width }) => [x - step, x + width + step])]);
  const ys = sorted([start.y, end.y, ...field.cards.flatMap(({ y, height }) => [y - step, y + height + step])]);
  const at = (column: number, row: number): Point => ({ x: xs[column] ?? 0, y: ys[row] ?? 0 });
  const key = (column: number, row: number, upright: number): number => (row * xs.length + column) * 2 + upright;
  const costs = new Map<number, number>();
  const before = new Map<number, number>();
  const heap = new Heap();
  const first = [xs.indexOf(start.x), ys.indexOf(start.y)] as const;
  const last = [xs.indexOf(end.x), ys.indexOf(end.y)] as const;
  const begin = key(first[0], first[1], from.face === "top" || from.face === "bottom" ? 1 : 0);
  costs.set(begin, 0);
  heap.push(0, begin);
  for (let state = heap.pop(); state !== undefined; state = heap.pop()) {
    const upright = state % 2;
    const cell = (state - upright) / 2;
    const [column, row] = [cell % xs.length, Math.floor(cell / xs.length)];
    if (column === last[0] && row === last[1]) return rounded([from, ...pathTo(state), to], clear);
    const here = at(column, row);
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      const [c, r] = [column + dx, row + dy];
      if (c < 0 || r < 0 || c >= xs.length || r >= ys.length) continue;
      const there = at(c, r);
      if (field.blocked(here, there, clear)) continue;
      const next = key(c, r, dy === 0 ? 0 : 1);
      const cost = (costs.get(state) ?? 0) + Math.abs(there.x - here.x) + Math.abs(there.y - here.y) + (next % 2 === upright ? 0 : 60);
      if (cost >= (costs.get(next) ?? Infinity)) continue;
      costs.set(next, cost);
      before.set(next, state);
      heap.push(cost, next);
    }
  }
  return null;

  function pathTo(state: number): Point[] {
    const points: Point[] = [];
    for (let one: number | undefined = state; one !== undefined; one = before.get(one)) {
      const cell = (one - (one % 2)) / 2;
      points.push(at(cell % xs.length, Math.floor(cell / xs.length)));
    }
    return points.reverse();
  }
}

/** A broken line with its corners rounded as far as the clear space allows. */
function rounded(points: readonly Point[], clear: number): Route {
  const bends = points.filter((point, i) => {
    const [a, b] = [points[i - 1], points[i + 1]];
    return !a || !b || Math.abs((point.x - a.x) * (b.y - point.y) - (point.y - a.y) * (b.x - point.x)) > 0.01 || (point.x - a.x) * (b.x - point.x) + (point.y - a.y) * (b.y - point.y) < 0;
  });
  const route: Curve[] = [];
  let here = bends[0] ?? { x: 0, y: 0 };
  bends.slice(1).forEach((point, i) => {
    const next = bends[i + 2];
    if (!next) {
      route.push(straight(here, point));
      return;
    }
    const [a, b] = [Math.hypot(point.x - here.x, point.y - here.y), Math.hypot(next.x - point.x, next.y - point.y)];
    const radius = Math.min(clear * 3, a, b / 2);
    const [enter, leave] = [towards(point, here, radius, a), towards(point, next, radius, b)];
    if (a > radius) route.push(straight(here, enter));
    route.push([enter.x, enter.y, towards(enter, point, 0.55, 1).x, towards(enter, point, 0.55, 1).y, towards(leave, point, 0.55, 1).x, towards(leave, point, 0.55, 1).y, leave.x, leave.y]);
    here = leave;
  });
  return route;
}

function towards(from: Point, to: Point, way: number, whole: number): Point {
  const share = whole > 0 ? way / whole : 0;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function straight(a: Point, b: Point): Curve {
  const [u, v] = [towards(a, b, 1, 3), towards(a, b, 2, 3)];
  return [a.x, a.y, u.x, u.y, v.x, v.y, b.x, b.y];
}

function ahead({ x, y, face }: Port, way: number): Point {
  switch (face) {
    case "left": return { x: x - way, y };
    case "right": return { x: x + way, y };
    case "top": return { x, y: y - way };
    case "bottom": return { x, y: y + way };
  }
}

function sorted(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

/** Points that are taken along a curve: about one in 8 units. */
function pointsAlong(curve: Curve): Point[] {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = curve;
  const about = Math.hypot(x1 - x0, y1 - y0) + Math.hypot(x2 - x1, y2 - y1) + Math.hypot(x3 - x2, y3 - y2);
  const many = Math.min(96, Math.max(8, Math.ceil(about / 8)));
  return Array.from({ length: many + 1 }, (_, i) => pointAt(curve, i / many));
}

/** The points of a route in their order, closely enough to measure by. */
export function routePoints(route: Route): Point[] {
  return route.flatMap((curve, i) => pointsAlong(curve).slice(i === 0 ? 0 : 1));
}

/** The point at t, 0 to 1: each curve of the route takes an equal part. */
export function routeAt(route: Route, t: number): Point {
  const [curve, own] = pieceAt(route, t);
  return pointAt(curve, own);
}

function pieceAt(route: Route, t: number): [Curve, number, number] {
  const index = Math.min(route.length - 1, Math.max(0, Math.floor(t * route.length)));
  return [route[index] ?? [0, 0, 0, 0, 0, 0, 0, 0], t * route.length - index, index];
}

/** The route as an SVG path. */
export function routePath(route: Route): string {
  return route.map(pathOf).join("");
}

/** The route as SVG paths: what is beside its label at t, and what lies under it. */
export function routeAround(route: Route, t: number, halfWidth: number, halfHeight: number): { beside: string; under: string } {
  const middle = routeAt(route, t);
  const covered = (at: number) => {
    const { x, y } = routeAt(route, at);
    return Math.abs(x - middle.x) < halfWidth && Math.abs(y - middle.y) < halfHeight;
  };
  const step = 0.01 / route.length;
  let [from, to] = [t, t];
  while (from > 0 && covered(from)) from -= step;
  while (to < 1 && covered(to)) to += step;
  return { beside: routePath([...routePart(route, 0, from), ...routePart(route, to, 1)]), under: routePath(routePart(route, Math.max(0, from), Math.min(1, to))) };
}

function routePart(route: Route, from: number, to: number): Curve[] {
  return route.flatMap((curve, i) => {
    const [a, b] = [Math.max(0, from * route.length - i), Math.min(1, to * route.length - i)];
    return b - a < 1e-6 ? [] : [a === 0 && b === 1 ? curve : part(curve, a, b)];
  });
}

/** Side of a cell of the field, in canvas units: about a card. */
const CELL = 160;

/** The cards, found by place. */
class Field {
  private readonly cells = new Map<number, number[]>();

  constructor(readonly cards: readonly Box[]) {
    cards.forEach((card, index) => {
      for (const key of cellsOf(card.x - 12, card.y - 12, card.x + card.width + 12, card.y + card.height + 12)) {
        const cell = this.cells.get(key);
        if (cell) cell.push(index);
        else this.cells.set(key, [index]);
      }
    });
  }

  /** The cards that a line comes nearer to than `clear`; its own two only if it enters them. */
  met(points: readonly Point[], { source, target }: Pick<Ends, "source" | "target">, clear: number): Set<number> {
    const found = new Set<number>();
    points.forEach((point, i) => {
      const before = points[i - 1];
      if (!before) return;
      for (const index of this.near(before, point)) {
        const card = this.cards[index];
        if (card && !found.has(index) && crosses(before, point, card, index === source || index === target ? -1 : clear)) found.add(index);
      }
    });
    return found;
  }

  /** Whether a straight step comes nearer to any card than `clear`. */
  blocked(a: Point, b: Point, clear: number): boolean {
    return this.near(a, b).some((index) => { const card = this.cards[index]; return card !== undefined && crosses(a, b, card, clear); });
  }

  private near(a: Point, b: Point): readonly number[] {
    const keys = cellsOf(Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y));
    return keys.length === 1 ? this.cells.get(keys[0] ?? 0) ?? [] : keys.flatMap((key) => this.cells.get(key) ?? []);
  }
}

function cellsOf(x0: number, y0: number, x1: number, y1: number): number[] {
  const found: number[] = [];
  for (let i = Math.floor(x0 / CELL); i <= Math.floor(x1 / CELL); i++) for (let j = Math.floor(y0 / CELL); j <= Math.floor(y1 / CELL); j++) found.push(i * 65_536 + j);
  return found;
}

/** Whether a straight line enters a box that is `margin` larger on each side. */
export function crosses(a: Point, b: Point, box: Box, margin: number): boolean {
  let [from, to] = [0, 1];
  for (const [start, delta, low, high] of [
    [a.x, b.x - a.x, box.x - margin, box.x + box.width + margin],
    [a.y, b.y - a.y, box.y - margin, box.y + box.height + margin],
  ] as const) {
    if (Math.abs(delta) < 1e-9) {
      if (start <= low || start >= high) return false;
      continue;
    }
    const [u, v] = [(low - start) / delta, (high - start) / delta];
    from = Math.max(from, Math.min(u, v));
    to = Math.min(to, Math.max(u, v));
    if (from >= to) return false;
  }
  return true;
}

/** States by their cost, the least first. */
class Heap {
  private readonly items: { cost: number; state: number }[] = [];

  push(cost: number, state: number): void {
    const { items } = this;
    let at = items.push({ cost, state }) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const [one, other] = [items[at], items[parent]];
      if (!one || !other || other.cost <= one.cost) break;
      items[at] = other;
      items[parent] = one;
      at = parent;
    }
  }

  pop(): number | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (!top || !last || items.length === 0) return top?.state;
    items[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [at * 2 + 1, at * 2 + 2]) if ((items[child]?.cost ?? Infinity) < (items[least]?.cost ?? Infinity)) least = child;
      if (least === at) break;
      const [one, other] = [items[at], items[least]];
      if (one && other) [items[at], items[least]] = [other, one];
      at = least;
    }
    return top.state;
  }
}
