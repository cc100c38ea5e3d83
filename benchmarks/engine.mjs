// The reducer under load: 1,000,000 carried events on 200 nodes at 2,000 events/s in frames of 50 ms; microseconds an event beside JSON.parse
// of the same frames, heap as it goes, and what selectors cost when everything is full.
// Run: node --expose-gc benchmarks/engine.mjs [events]
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../web/", import.meta.url));
const { build } = await import(createRequire(`${root}package.json`).resolve("vite"));
const EVENTS = Number(process.argv[2] ?? 1_000_000);
const PER_FRAME = 100;
const FRAME_MS = 50;
const NODES = 200;
const START = 1_700_000_000_000;

const built = await build({
  root, configFile: false, logLevel: "error",
  build: { write: false, minify: false, lib: { entry: "engine/src/index.ts", formats: ["es"], fileName: "engine" } },
});
const engine = await import(`data:text/javascript;base64,${Buffer.from(built[0].output[0].code).toString("base64")}`);
const { initialState, reduce, parseFrame, nodeLight, totals, feed, unmappedNames, coverage, snapshot, writeSessionLog, fingerprint } = engine;

const nodes = Array.from({ length: NODES }, (_, n) => ({
  uuid: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`, id: `node-${n}`, label: `Node ${n}`, type: "normal", event_id: `e${n}`, absorbing: n === NODES - 1, outcome: "", start: n === 0,
  x: 0, y: 0, colour: "", description: "", url: "", variants: [], dark: "",
}));
const edges = nodes.slice(1).flatMap((node, n) => [1, 3].filter((by) => n + 1 >= by).map((by) => ({
  uuid: `${n}-${by}`, id: "", source: nodes[n + 1 - by].uuid, target: node.uuid, source_face: "right", target_face: "left", p: 0.5, label: "", variant: "", conditional: false,
})));
const listens = nodes.map((node, n) => ({ node: node.uuid, label: node.label, event_id: node.event_id, names: [`Event ${n}`], rule: "segment", filters: [] }));
const graph = { name: "bench", file: "bench.json", version: "1", title: "", nodes, edges, listens, postits: [], containers: [], warnings: [] };

/** The text of frame `f`: visitors walk on by one or three nodes; a tenth of the events lights nothing. */
function frameText(f, traced) {
  const events = [], counts = {}, unmapped = {};
  let lit = 0;
  for (let k = 0; k < PER_FRAME; k += 1) {
    const n = f * PER_FRAME + k;
    const visitor = (n * 7919) % 1500 + 1500 * Math.floor(n / 30_000);
    const step = (Math.floor(n / 1500) * 2 + visitor) % NODES;
    const mapped = n % 10 !== 0;
    const at = new Date(START + f * FRAME_MS - (n % 17) * 30).toISOString();
    if (mapped) { counts[nodes[step].uuid] = (counts[nodes[step].uuid] ?? 0) + 1; lit += 1; }
    else unmapped[`Other ${n % 40}`] = (unmapped[`Other ${n % 40}`] ?? 0) + 1;
    events.push({
      id: `ajs-next-${n.toString(36).padStart(10, "0")}-0000-4000-8000-000000000000`, type: "track", name: mapped ? `Event ${step}` : `Other ${n % 40}`, occurred_at: at, arrived_at: at,
      segment_received_at: null, source: n % 3 ? "web" : "ios", traces: traced ? [{ kind: "anonymousId", token: `k1.${visitor.toString(16).padStart(16, "0")}` }] : [],
      nodes: mapped ? [nodes[step].uuid] : [], properties: { device: n % 2 ? "mobile" : "desktop", price: n % 100, plan: "pro", path: `/p/${n % 50}` }, flags: [],
    });
  }
  return JSON.stringify({
    op: "batch", from: `e.${f * PER_FRAME}`, position: `e.${(f + 1) * PER_FRAME}`, counts, unmapped, other: 0, events, threshold: 1,
    ledger: { offered: PER_FRAME, lit, unmapped: PER_FRAME - lit, filtered: 0, missed: 0, carried: PER_FRAME, thinned: 0, sampled_out: 0 },
  });
}

function heap() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Runs all frames; parse, check and reduce are timed apart. */
function run(traced) {
  const frames = Math.floor(EVENTS / PER_FRAME);
  const empty = heap(), heaps = [], each = new Float64Array(frames);
  let [parsing, reading, hits, cpu] = [0, 0, 0, 0];
  const out = { hit() { hits += 1; }, step() {} };
  let state = reduce(initialState(), { kind: "on", at: START, session: "s", position: "e.0", graph, lane: "remote" });
  for (let f = 0; f < frames; f += 1) {
    const text = frameText(f, traced);
    const t0 = performance.now();
    JSON.parse(text);
    const t1 = performance.now();
    const frame = parseFrame(text);
    const used = process.cpuUsage();
    const t2 = performance.now();
    state = reduce(state, { kind: "frame", at: START + f * FRAME_MS, frame }, out);
    each[f] = performance.now() - t2;
    const { user, system } = process.cpuUsage(used);
    cpu += user + system;
    parsing += t1 - t0;
    reading += t2 - t1;
    if ((f + 1) % Math.floor(frames / 5) === 0) heaps.push((heap() - empty).toFixed(1));
  }
  const total = each.reduce((sum, one) => sum + one, 0);
  each.sort();
  const micro = (ms, n) => ((1000 * ms) / n).toFixed(2);
  const name = traced ? "with traces   " : "without traces";
  console.log(`${name} mean ${micro(total, EVENTS)} µs an event (${(cpu / EVENTS).toFixed(2)} of processor time, collecting garbage included), median ${micro(each[frames >> 1], PER_FRAME)}, p99 ${micro(each[Math.floor(frames * 0.99)], PER_FRAME)} (frames of ${PER_FRAME}); ` +
    `JSON.parse ${micro(parsing, EVENTS)}, parse and check ${micro(reading, EVENTS)}; heap MB at each fifth: ${heaps.join(" ")}; ${hits} hits`);
  return state;
}

function timed(name, what, times = 15) {
  const all = Array.from({ length: times }, () => { const before = performance.now(); what(); return performance.now() - before; });
  return `${name} ${all.sort((a, b) => a - b)[times >> 1].toFixed(2)}`;
}

console.log(`reducer, ${EVENTS} events, ${NODES} nodes`);
run(false);
const state = run(true);
const now = START + (EVENTS / PER_FRAME) * FRAME_MS;
console.log(`ms: ${[
  timed("light of all nodes", () => nodes.forEach((node) => nodeLight(state, node.uuid, now))), timed("totals", () => totals(state, now)), timed("feed of 50", () => feed(state, { start: 0, count: 50 })),
  timed("unmapped", () => unmappedNames(state, now)), timed("coverage", () => coverage(state)), timed("filter", () => reduce(state, { kind: "filter", at: now, text: "device:mobile price>50" }), 5),
  timed("snapshot of 4 MB", () => snapshot(state, 4 << 20), 3), timed("session log", () => writeSessionLog(state), 3), timed("fingerprint", () => fingerprint(state), 3),
].join(", ")}`);
