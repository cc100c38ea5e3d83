/** Names that float over a far view, whose cards are too small for their own: of what is selected,
 * followed or under the pointer, and of the nodes with the most traffic.
 */
import type { LightSource } from "@dagnet-realtime/client/light";
import type { Box } from "@dagnet-realtime/layer/curve";
import { useStoreApi } from "@xyflow/react";
import { type CSSProperties, useEffect, useRef, useState } from "react";
import type { CardFace } from "./cardFace.ts";
import "./far-names.css";
import type { Scene } from "./scene.ts";
import { overlap } from "./spacing.ts";

/** Names of busy nodes, and of all, at once. */
const HOT = 8;
const MOST = 24;
/** A busy node keeps its name while it is among so many: names do not flicker. */
const KEPT = 14;
const BEAT_MS = 1000;
/** Sizes in CSS pixels: of a letter, a line, and a name at most. */
const LETTER = 6.3;
const LINE = 14;
const WIDEST = 170;
/** Between a name and its node. */
const ABOVE = 2;

/** A name and the point that it stands above, in canvas units. */
export interface FarName {
  readonly uuid: string;
  readonly title: string;
  readonly x: number;
  readonly y: number;
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
 */
export function placed(wanted: readonly { readonly uuid: string; readonly title: string; readonly box: Box }[], { x, y, zoom, width, height }: Seen, most: number, legible: readonly Box[] = []): readonly FarName[] {
  const cards = legible.map((box) => ({ x: box.x * zoom + x, y: box.y * zoom + y, width: box.width * zoom, height: box.height * zoom }));
  const taken: Box[] = [];
  const names: FarName[] = [];
  for (const { uuid, title, box } of wanted) {
    if (names.length >= most) break;
    const middle = box.x + box.width / 2;
    const [left, top] = [middle * zoom + x, box.y * zoom + y];
    if (left < 0 || top < 0 || left > width || top > height) continue;
    const own = Math.min(WIDEST, title.length * LETTER + 12);
    const lines = Math.ceil((title.length * LETTER + 12) / WIDEST);
    const size = { width: own, height: lines * LINE + 4 };
    const [above, on] = [top - size.height - ABOVE, top + (box.height * zoom - size.height) / 2].map((at) => ({ ...size, x: left - own / 2, y: at }));
    const place = above && cards.some((card) => overlap(above, card)) ? on : above;
    if (!place || taken.some((other) => overlap(place, other, 2))) continue;
    taken.push(place);
    names.push({ uuid, title, x: middle, y: (place.y + size.height + ABOVE - y) / zoom });
  }
  return names;
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
  const [names, setNames] = useState<readonly (FarName & { readonly first: boolean })[]>([]);
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
      const found = placed(wanted, { x, y, zoom, width, height }, MOST, legible).map((name) => ({ ...name, first: first.has(name.uuid) }));
      shown = new Set(found.map(({ uuid }) => uuid));
      setNames((before) => (before.length === found.length && before.every((name, i) => name.uuid === found[i]?.uuid && name.first === found[i].first) ? before : found));
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
        {names.map(({ uuid, title, x, y, first }) => <span key={uuid} className="dr-far-name" dir="auto" data-first={first ? "yes" : undefined} style={{ "--dr-x": x, "--dr-y": y } as CSSProperties}>{title}</span>)}
      </div>
    </div>
  );
}
