/** The bench page: the picture fed by a generator, steered by the address (`?nodes=200&rate=5000&theme=light…`). */
import type { FollowedPath } from "@dagnet-realtime/client/light";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { StrictMode, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import type { JumpEdge } from "../../src/picture/types.ts";
import { Picture } from "../../src/picture/Picture.tsx";
import "../../src/styles/fonts.css";
import { measureFrames } from "./frames.ts";
import { fullJourney, grid, journey, RATES, walks } from "./sample.ts";
import { Generator } from "./generator.ts";

const asked = new URLSearchParams(location.search);
const nodes = Number(asked.get("nodes") ?? 0);
const rate = Number(asked.get("rate") ?? 800);
const file = asked.get("graph");
const graph = file !== null ? ((await (await fetch(file)).json()) as Graph) : nodes > 0 ? grid(nodes) : asked.has("full") ? fullJourney() : journey();
const walking = Number(asked.get("walking") ?? 0);
const bare = asked.has("bare") ? { ...graph, nodes: graph.nodes.map((node) => ({ ...node, x: null, y: null })) } : graph;
const rates = bare.nodes.map(({ uuid }, n) => (nodes > 0 ? rate / nodes : file !== null ? rate * 0.25 * 0.8 ** n : ((RATES[uuid] ?? 0) * rate) / 800));
const source = new Generator(bare, { rates, steps: Number(asked.get("steps") ?? 0.05) }, () => performance.now(), Math.random);

const VISITS: readonly (readonly [string, readonly string[]])[] = [
  ["email", []], ["product", ["email->product"]], ["basket", ["product->basket"]], ["checkout", ["basket->checkout"]], ["purchase", ["checkout->purchase"]],
];
const SECOND: typeof VISITS = [["landing", []], ["list", ["landing->list"]], ["product", ["list->product"]], ["wishlist", ["product->wishlist"]]];
const NONE: readonly JumpEdge[] = [];
const JUMPS: readonly JumpEdge[] = [{ from: "search", to: "basket", count: 214, traces: 190, medianGapMs: 8200, advice: "" }];

function pathOf(token: string, hue: FollowedPath["hue"], visits: typeof VISITS, upTo: number): FollowedPath {
  const steps = visits.slice(0, upTo).map(([node, edges], i) => ({ node, n: i + 1, edges, jump: false, inferred: false }));
  return { token, hue, steps, head: steps.at(-1)?.node ?? null };
}

/** Moves of a walking trace at least: some ten events are a long visit. */
const WALK = 8;

/** The host tells of paths five times a second, and of fifty walkers ten have moved by then. */
const TICK_MS = 200;

function Bench() {
  const [selected, setSelected] = useState<string | null>(asked.get("selected"));
  const [upTo, setUpTo] = useState(4);
  const following = Number(asked.get("follow") ?? 0);
  useEffect(() => {
    const timer = setInterval(() => { source.run(); }, 16);
    const later = setTimeout(() => { setUpTo(5); }, Number(asked.get("arrive") ?? 2500));
    return () => { clearInterval(timer); clearTimeout(later); };
  }, []);
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (walking === 0) return;
    const timer = setInterval(() => { setTick((before) => before + 1); }, TICK_MS);
    return () => { clearInterval(timer); };
  }, []);
  const followed = useMemo(() => (walking > 0 ? walks(bare, walking, WALK, tick) : [pathOf("c_7f3a9e21", 0, VISITS, upTo), pathOf("c_1b90ff4c", 1, SECOND, 4)].slice(0, following)), [following, upTo, tick]);
  return (
    <Picture
      graph={bare} light={source} theme={asked.get("theme") === "light" ? "light" : "dark"} motion={asked.has("reduced") ? "reduced" : "full"} frozen={asked.has("frozen") || asked.has("stale")} stale={asked.has("stale")}
      selected={selected} onSelect={setSelected} followed={followed} jumps={asked.has("jumps") ? JUMPS : NONE} large={asked.has("large")}
    />
  );
}

declare global {
  interface Window {
    bench: { measure: typeof measureFrames; made(): number; hit(node: string): void };
  }
}
window.bench = { measure: measureFrames, made: () => source.made, hit: (node) => { source.hit(node); } };
if (asked.has("frozen") || asked.has("stale")) for (let i = 0; i < 400; i++) bare.nodes.forEach(({ uuid }, n) => { if (i < (rates[n] ?? 0) * 2) source.hit(uuid); });
const root = document.getElementById("picture");
if (root) createRoot(root).render(<StrictMode><Bench /></StrictMode>);
