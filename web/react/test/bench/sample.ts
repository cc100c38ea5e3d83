/** A shop's checkout journey in the wire's shape, for looking at the picture; and grids of any size, for measuring it. */
import type { FollowedPath } from "@dagnet-realtime/client/light";
import type { Edge, Graph, EventBinding, Node } from "@dagnet-realtime/engine/wire.gen";

type Row = readonly [id: string, label: string, event: string, x: number, y: number, rest?: Partial<Node>];

const NODES: readonly Row[] = [
  ["landing", "Landing page", "page_view", 0, 100],
  ["list", "Product list", "view_item_list", 200, 10],
  ["search", "Site search", "search", 200, 155],
  ["email", "Email click", "email_click", 0, 380],
  ["product", "Product page", "view_item", 402, 185],
  ["store", "Store finder", "store_lookup", 202, 455],
  ["basket", "Basket", "add_to_cart", 602, 96],
  ["wishlist", "Wishlist", "add_to_wishlist", 604, 350],
  ["checkout", "Checkout", "begin_checkout", 802, 185],
  ["express", "Express pay", "express_checkout", 804, 388],
  ["purchase", "Purchase", "purchase", 1000, 74, { absorbing: true, outcome: "success" }],
  ["abandoned", "Abandoned", "", 1002, 292, { absorbing: true, outcome: "failure", dark: "No event is bound to this node" }],
];

const EDGES: readonly (readonly [string, string, number])[] = [
  ["landing", "list", 0.46], ["landing", "search", 0.21], ["landing", "store", 0], ["list", "product", 0.52], ["search", "product", 0.61], ["email", "product", 0.58],
  ["product", "basket", 0.22], ["product", "wishlist", 0.02], ["basket", "checkout", 0.44], ["basket", "express", 0.03], ["wishlist", "express", 0.09],
  ["checkout", "purchase", 0.51], ["checkout", "abandoned", 0.49], ["express", "purchase", 0.71],
];

/** Events a second at each node when the whole graph gets 800. */
export const RATES: Readonly<Record<string, number>> = {
  landing: 212, list: 148, search: 71, email: 64, product: 187, basket: 41, wishlist: 3.1, checkout: 18, express: 1.4, purchase: 9.2,
};

/** The sample journey. */
export function journey(): Graph {
  return graphOf("UK checkout journey", NODES.map((row) => nodeOf(row)), EDGES.map(([source, target, p]) => edgeOf(source, target, p)));
}

/** The journey with everything a graph file may hold: a frame, a note, a case node, a jump's ends. */
export function fullJourney(): Graph {
  const graph = journey();
  const nodes = graph.nodes.map((node) => (node.uuid === "basket" ? { ...node, type: "case" as const, label: "Basket layout test", variants: [{ name: "classic", weight: 0.5 }, { name: "quick", weight: 0.5 }] } : node));
  return {
    ...graph,
    nodes,
    containers: [{ id: "c", label: "Checkout", colour: "#38bdf8", x: 770, y: 40, width: 410, height: 490 }],
    postits: [{ id: "p", text: "**Wishlist** is new.\nWatch the way to Express pay.", colour: "#facc15", x: 420, y: 420, width: 150, height: 76 }],
  };
}

/** A layered graph of any size; every node has an event. */
export function grid(count: number): Graph {
  const columns = Math.max(2, Math.ceil(Math.sqrt(count * 1.4)));
  const rows = Math.ceil(count / columns);
  const nodes = Array.from({ length: count }, (_, i) => nodeOf([`n${i}`, `Step ${i}`, `event_${i}`, Math.floor(i / rows) * 200, (i % rows) * 130]));
  const edges: Edge[] = [];
  for (let i = 0; i + rows < count; i++) {
    edges.push(edgeOf(`n${i}`, `n${i + rows}`, 0.6));
    const aside = i + rows + (i % 3 === 0 ? 1 : -1);
    if (i % 2 === 0 && aside > i && aside < count) edges.push(edgeOf(`n${i}`, `n${aside}`, 0.3));
  }
  return graphOf(`Grid of ${count}`, nodes, edges);
}

/** `count` followed paths that begin at different nodes and walk along edges; each has made between `steps` and twice as many moves, and every fifth has moved on since the `tick` before. */
export function walks(graph: Graph, count: number, steps: number, tick: number): FollowedPath[] {
  const out = new Map<string, Edge[]>();
  for (const edge of graph.edges) out.set(edge.source, [...(out.get(edge.source) ?? []), edge]);
  return Array.from({ length: count }, (_, i) => {
    let node = graph.nodes[(i * 7) % graph.nodes.length]?.uuid ?? "";
    const made: FollowedPath["steps"][number][] = [{ node, n: 1, edges: [], jump: false, inferred: false }];
    for (let n = 1; n < steps + ((Math.floor((tick + i) / 5) + i) % steps); n++) {
      const ways = out.get(node) ?? [];
      const way = ways[(i + n) % Math.max(1, ways.length)];
      node = way?.target ?? graph.nodes[(i * 7) % graph.nodes.length]?.uuid ?? "";
      made.push({ node, n: n + 1, edges: way ? [way.uuid] : [], jump: !way, inferred: n % 5 === 4 });
    }
    return { token: `c_${i}`, hue: (i % 6) as FollowedPath["hue"], steps: made, head: node };
  });
}

function graphOf(title: string, nodes: readonly Node[], edges: readonly Edge[]): Graph {
  const listens = nodes.flatMap((node): EventBinding[] => (node.event_id ? [{ node: node.uuid, label: node.label, event_id: node.event_id, names: [node.event_id], rule: "segment", filters: [] }] : []));
  return { name: title.toLowerCase().replaceAll(" ", "-"), file: "graphs/sample.json", version: "1", title, nodes, edges, listens, postits: [], containers: [], warnings: [] };
}

function nodeOf([id, label, event, x, y, rest]: Row): Node {
  return { uuid: id, id, label, type: "normal", event_id: event, absorbing: false, outcome: "", start: false, x, y, colour: "", description: "", url: "", variants: [], dark: "", ...rest };
}

function edgeOf(source: string, target: string, p: number): Edge {
  return { uuid: `${source}->${target}`, id: `${source}-to-${target}`, source, target, source_face: "right", target_face: "left", p, label: "", variant: "", conditional: false };
}
