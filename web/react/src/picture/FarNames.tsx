/** Names that float over a far view, whose cards are too small for their own: of what is selected,
 * followed or under the pointer, and of the nodes with the most traffic.
 */
import type { LightSource } from "@dagnet-realtime/client/light";
import type { Box } from "@dagnet-realtime/layer/curve";
import { useStoreApi } from "@xyflow/react";
import { type CSSProperties, useEffect, useRef, useState } from "react";
import type { CardFace } from "./cardFace.ts";
import "./far-names.css";
import { SMALL } from "./placement.ts";
import type { Scene } from "./scene.ts";
import { overlap } from "./spacing.ts";

/** Names of busy nodes, and of all, at once. */
const HOT = 8;
const MOST = SMALL;
/** A busy node keeps its name while it is among so many: names do not flicker. */
const KEPT = 14;
const BEAT_MS = 1000;
/** Sizes in CSS pixels: of a letter, a line, and a name at most. */
const LETTER = 6.3;
const LINE = 14;
const WIDEST = 170;
/** Between a name and its node. */
const ABOVE = 2;
/** Between a name and the picture's side: letters may be wider than they count. */
const EDGE = 8;
/** A name without room beside its node moves away in steps of this, so often at most. */
const AWAY = 20;
const MOST_AWAY = 10;
/** What a line between a name and its node is long, at least. */
const LEAST_LEAD = 6;

/** A name and the point that it stands above, in canvas units. */
export interface FarName {
  readonly uuid: string;
  readonly title: string;
  readonly x: number;
  readonly y: number;
  /** The line that leads from the node to a name that is not beside it: flat, or upright. */
  readonly lead?: Box;
}

/** The camera: where the canvas begins, and the size of what is seen, in CSS pixels. */
interface Seen {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
}

/** Those of `wanted` that are in view and do not cover one another, the first first: each above its
 * node, or on it if a name on a card would be covered there. `legible` are the cards with names.
 * With all `cards`, a name without room there goes where it covers none, and a line leads to it.
 */
export function placed(wanted: readonly { readonly uuid: string; readonly title: string; readonly box: Box }[], { x, y, zoom, width, height }: Seen, most: number, legible: readonly Box[] = [], cards: readonly Box[] = []): readonly FarName[] {
  const seen = (box: Box): Box => ({ x: box.x * zoom + x, y: box.y * zoom + y, width: box.width * zoom, height: box.height * zoom });
  const [named, tiles] = [legible.map(seen), cards.map(seen)];
  const taken: Box[] = [];
  const names: FarName[] = [];
  for (const { uuid, title, box } of wanted) {
    if (names.length >= most) break;
    const tile = seen(box);
    const left = tile.x + tile.width / 2;
    if (left < 0 || tile.y < 0 || left > width || tile.y > height) continue;
    const own = Math.min(WIDEST, title.length * LETTER + 12);
    const size = { width: own, height: Math.ceil((title.length * LETTER + 12) / WIDEST) * LINE + 4 };
    const within = Math.max(EDGE, Math.min(left - own / 2, width - own - EDGE));
    const above = { ...size, x: within, y: tile.y - size.height - ABOVE };
    const on = { ...above, y: tile.y + (tile.height - size.height) / 2 };
    const near = named.some((card) => overlap(above, card)) ? on : above;
    const free = (place: Box): boolean => !taken.some((other) => overlap(place, other, 2));
    const inside = (place: Box): boolean => place.x >= 0 && place.y >= 0 && place.x + place.width <= width && place.y + place.height <= height;
    const away = (): Box | undefined => awayFrom(tile, size, within).find((one) => inside(one) && free(one) && !tiles.some((card) => overlap(one, card, 1)));
    const place = free(near) ? near : tiles.length > 0 ? away() : undefined;
    if (!place) continue;
    taken.push(place);
    const lead = place === near ? null : leadTo(tile, place);
    names.push({
      uuid, title, x: (place.x + own / 2 - x) / zoom, y: (place.y + size.height + ABOVE - y) / zoom,
      ...(lead && { lead: { x: (lead.x - x) / zoom, y: (lead.y - y) / zoom, width: lead.width / zoom, height: lead.height / zoom } }),
    });
  }
  return names;
}

/** Places for a name around its node, the nearest first. */
function awayFrom(tile: Box, size: { readonly width: number; readonly height: number }, within: number): Box[] {
  const middle = tile.y + (tile.height - size.height) / 2;
  return Array.from({ length: MOST_AWAY }, (_, i) => i * AWAY).flatMap((away) => [
    { ...size, x: within, y: tile.y + tile.height + ABOVE + away },
    { ...size, x: within, y: tile.y - size.height - ABOVE - away },
    { ...size, x: tile.x + tile.width + ABOVE + away, y: middle },
    { ...size, x: tile.x - size.width - ABOVE - away, y: middle },
  ]);
}

/** The line from a node to a name that is away from it. */
function leadTo(tile: Box, name: Box): Box | null {
  const [x, y] = [tile.x + tile.width / 2, tile.y + tile.height / 2];
  const [down, right] = [name.y - tile.y - tile.height, name.x - tile.x - tile.width];
  const [up, left] = [tile.y - name.y - name.height, tile.x - name.x - name.width];
  if (down > LEAST_LEAD) return { x, y: tile.y + tile.height, width: 0, height: down };
  if (up > LEAST_LEAD) return { x, y: name.y + name.height, width: 0, height: up };
  if (right > LEAST_LEAD) return { x: tile.x + tile.width, y, width: right, height: 0 };
  return left > LEAST_LEAD ? { x: name.x + name.width, y, width: left, height: 0 } : null;
}

/** The busiest nodes, then those seen last, then the ends of the graph. One of `before` stays while
 * it is among the first few.
 */
export function hottest({ nodes }: Pick<Scene, "nodes">, light: Pick<LightSource, "node">, before: ReadonlySet<string>): readonly string[] {
  const known = nodes.map(({ node }) => {
    const { level, lastAt } = light.node(node.uuid);
    return { uuid: node.uuid, level, lastAt: lastAt ?? -Infinity, end: node.start || node.absorbing ? 1 : 0 };
  });
  const first = known.filter(({ lastAt, end }) => lastAt > -Infinity || end === 1).sort((a, b) => b.level - a.level || (a.lastAt === b.lastAt ? b.end - a.end : b.lastAt - a.lastAt)).slice(0, KEPT).map(({ uuid }) => uuid);
  return [...first.filter((uuid) => before.has(uuid)), ...first.filter((uuid) => !before.has(uuid))].slice(0, HOT);
}

interface ShownName extends FarName {
  readonly first: boolean;
}

function isSame(one: ShownName, other: ShownName | undefined): boolean {
  return one.uuid === other?.uuid && one.first === other.first && one.x === other.x && one.y === other.y;
}

interface FarNamesProps {
  readonly scene: Scene;
  readonly faces: ReadonlyMap<string, CardFace>;
  readonly light: LightSource;
  readonly root: HTMLElement;
  /** Whether a card shows no name of its own. */
  readonly nameless: (uuid: string) => boolean;
  /** Named before all others: what is selected, at once, then the heads of followed traces, which
   * move many times a second, with the next beat.
   */
  readonly selected: ReadonlySet<string>;
  readonly heads: readonly string[];
}

export function FarNames({ scene, faces, light, root, nameless, selected, heads }: FarNamesProps) {
  const store = useStoreApi();
  const { nodes, nodeIndex } = scene;
  const layer = useRef<HTMLDivElement>(null);
  const [names, setNames] = useState<readonly ShownName[]>([]);
  const pointed = useRef<string | null>(null);
  const latest = useRef(heads);
  useEffect(() => { latest.current = heads; });

  useEffect(() => {
    // In a small graph there is room for every name.
    const all = nodes.length <= MOST ? nodes.map(({ node }) => node.uuid) : [];
    let shown = new Set<string>();
    let zoomed = 0;
    const look = (): void => {
      const { transform: [x, y, zoom], width, height } = store.getState();
      zoomed = zoom;
      const hot = document.hidden ? [...shown] : hottest({ nodes }, light, shown);
      const first = new Set([...selected, ...latest.current]);
      const wanted = [...new Set([...(pointed.current === null ? [] : [pointed.current]), ...first, ...hot, ...all])].flatMap((uuid) => {
        const box = nodes[nodeIndex.get(uuid) ?? -1]?.box;
        const face = faces.get(uuid);
        return box && face && nameless(uuid) ? [{ uuid, title: face.title, box }] : [];
      });
      const legible = wanted.length > 0 ? nodes.flatMap(({ node, box }) => (nameless(node.uuid) ? [] : [box])) : [];
      const seen = { x, y, zoom, width, height };
      const tiles = all.length > 0 ? nodes.map(({ box }) => box) : [];
      // In the picture's order names keep their places; if one has no room, the first go first.
      const ordered = tiles.length > 0 ? placed(nodes.flatMap(({ node: { uuid } }) => wanted.find((one) => one.uuid === uuid) ?? []), seen, MOST, legible, tiles) : [];
      const found = (wanted.length > 0 && ordered.length === wanted.length ? ordered : placed(wanted, seen, MOST, legible, tiles)).map((name) => ({ ...name, first: first.has(name.uuid) }));
      shown = new Set(found.map(({ uuid }) => uuid));
      setNames((before) => (before.length === found.length && before.every((name, i) => isSame(name, found[i])) ? before : found));
    };
    const move = (): void => {
      const { transform: [x, y, zoom] } = store.getState();
      layer.current?.style.setProperty("transform", `translate(${x}px, ${y}px)`);
      layer.current?.style.setProperty("--dr-zoom", String(zoom));
      if (zoom !== zoomed) look();
    };
    const point = (event: Event): void => {
      const uuid = event.target instanceof Element ? event.target.closest(".react-flow__node")?.getAttribute("data-id") ?? null : null;
      if (uuid === pointed.current) return;
      pointed.current = uuid;
      look();
    };
    look();
    move();
    const timer = setInterval(look, BEAT_MS);
    const forget = store.subscribe(move);
    for (const kind of ["pointerover", "focusin"]) root.addEventListener(kind, point);
    return () => {
      clearInterval(timer);
      forget();
      for (const kind of ["pointerover", "focusin"]) root.removeEventListener(kind, point);
    };
  }, [nodes, nodeIndex, faces, light, root, nameless, selected, store]);

  return (
    <div className="dr-far" aria-hidden>
      <div ref={layer}>
        {names.map(({ uuid, lead }) => lead && <span key={`${uuid} lead`} className="dr-far-lead" style={{ "--dr-x": lead.x, "--dr-y": lead.y, "--dr-w": lead.width, "--dr-h": lead.height } as CSSProperties} />)}
        {names.map(({ uuid, title, x, y, first }) => <span key={uuid} className="dr-far-name" dir="auto" data-first={first ? "yes" : undefined} style={{ "--dr-x": x, "--dr-y": y } as CSSProperties}>{title}</span>)}
      </div>
    </div>
  );
}
