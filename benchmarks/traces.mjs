// Traces under load: 100,000 visitors in 10 minutes at 2,000 events/s; microseconds an event beside a bare Map, and the heap as it goes.
// Run: node --expose-gc benchmarks/traces.mjs [visitors]
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../web/", import.meta.url));
const { build } = await import(createRequire(`${root}package.json`).resolve("vite"));
const VISITORS = Number(process.argv[2] ?? 100_000);
const EVENTS_EACH = 12;
const PER_SECOND = 2000;
/** Every so many events one is timed alone: a clock call costs as much as a tenth of an event. */
const TIMED = 7;
const times = new Float64Array(Math.ceil(VISITORS * EVENTS_EACH / TIMED));

/** The engine's traces as one module. */
async function engine() {
  const built = await build({
    root, configFile: false, logLevel: "error",
    build: { write: false, minify: false, lib: { entry: "engine/src/traces/index.ts", formats: ["es"], fileName: "traces" } },
  });
  return import(`data:text/javascript;base64,${Buffer.from(built[0].output[0].code).toString("base64")}`);
}

/** A generator of chances that is the same on every machine. */
function chances(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** 200 nodes in 40 columns of five; every third column has no event; edges to the next column, a few back. */
function grid() {
  const nodes = [];
  const edges = [];
  const listens = [];
  for (let column = 0; column < 40; column += 1) {
    for (let row = 0; row < 5; row += 1) {
      const uuid = `n${column}-${row}`;
      const dark = column % 3 === 1 ? "no event" : "";
      nodes.push({ uuid, id: uuid, label: uuid, absorbing: column === 39, outcome: "success", start: column === 0, dark });
      if (dark === "") listens.push({ node: uuid });
      if (column === 39) continue;
      for (const next of [row, (row + 1) % 5]) edges.push({ uuid: `${uuid}>${next}`, source: uuid, target: `n${column + 1}-${next}`, p: next === row ? 0.7 : 0.3 });
      if (column > 3 && row === 0) edges.push({ uuid: `${uuid}<`, source: uuid, target: `n${column - 3}-0`, p: 0.05 });
    }
  }
  return { name: "grid", version: "1", nodes, edges, listens };
}

/** Visitors come evenly; each walks on, loses an event now and then, sends unmapped ones, is identified half way, is late at times. */
function* visits(visitors) {
  const chance = chances(7);
  const all = visitors * EVENTS_EACH;
  const open = [];
  let born = 0;
  for (let n = 0; n < all; n += 1) {
    while (open.length < Math.min(1500, visitors - born + open.length)) {
      open.push({ id: born, sent: 0, column: 0, row: Math.floor(chance() * 5) });
      born += 1;
    }
    const place = Math.floor(chance() * open.length);
    const visitor = open[place];
    const at = 1_700_000_000_000 + Math.floor(n * 1000 / PER_SECOND);
    const tokens = [{ kind: "anonymousId", token: `a${visitor.id}` }];
    if (visitor.sent > 5 && visitor.id % 3 === 0) tokens.unshift({ kind: "userId", token: `u${visitor.id}` });
    const mapped = chance() > 0.25;
    if (mapped && visitor.sent > 0) {
      const by = chance() < 0.05 ? 2 : 1;
      visitor.column = Math.min(39, visitor.column + by);
      if (visitor.column % 3 === 1) visitor.column += 1;
      visitor.row = chance() < 0.7 ? visitor.row : (visitor.row + 1) % 5;
    }
    yield {
      id: `${visitor.id.toString(36)}-${n.toString(36)}-0000-4000-8000-000000000000`, type: "track", name: mapped ? `Step ${visitor.column}` : "Other", at,
      occurredAt: at - (chance() < 0.05 ? Math.floor(chance() * 60_000) : 0), arrivedAt: at, tokens,
      nodes: mapped ? [`n${visitor.column}-${visitor.row}`] : [], flags: [],
    };
    visitor.sent += 1;
    if (visitor.sent === EVENTS_EACH) open[place] = open[open.length - 1], open.pop();
  }
}

function heap() {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** Times `tell` on all events; the generator's own time is outside. */
function measure(tell) {
  let timings = 0;
  const heaps = [];
  const all = VISITORS * EVENTS_EACH;
  let [n, spent, told] = [0, 0, 0];
  for (let batch = [], source = visits(VISITORS), next = source.next(); ; next = source.next()) {
    if (!next.done) batch.push(next.value);
    if (batch.length === 2000 || next.done) {
      const began = performance.now();
      for (const event of batch) {
        if (n++ % TIMED !== 0) { tell(event); continue; }
        const before = performance.now();
        tell(event);
        times[timings++] = performance.now() - before;
      }
      spent += performance.now() - began;
      batch = [];
      if (Math.floor(n * 5 / all) > told) { told = Math.floor(n * 5 / all); heaps.push(Math.round(heap() - empty)); }
    }
    if (next.done) break;
  }
  times.sort();
  const at = (q) => (1000 * times[Math.floor(q * (times.length - 1))]).toFixed(1);
  return { mean: (1000 * spent / n).toFixed(2), median: at(0.5), p99: at(0.99), most: at(1), heaps };
}

const { advance, createTraces, jumps, recent, timeline, edgeFacts, follow } = await engine();
const graph = grid();
const empty = heap();
let places = new Map();
const bare = measure((event) => { places.set(event.tokens[0].token, event.nodes[0] ?? places.get(event.tokens[0].token)); });
places = new Map();
const traces = createTraces(graph);
const full = measure((event) => { advance(traces, event); });

function timed(what) {
  const times = [];
  for (let n = 0; n < 15; n += 1) { const before = performance.now(); what(); times.push(performance.now() - before); }
  return times.sort((a, b) => a - b)[7].toFixed(2);
}

const last = [...traces.live].at(-1).tokens[0].token;
follow(traces, last);
console.log(`${VISITORS} traces, ${VISITORS * EVENTS_EACH} events, graph of ${graph.nodes.length} nodes`);
console.log(`traces    mean ${full.mean} µs, median ${full.median} µs, p99 ${full.p99} µs, most ${full.most} µs an event; heap MB at each fifth: ${full.heaps.join(" ")}`);
console.log(`bare Map  mean ${bare.mean} µs, median ${bare.median} µs an event; heap MB at each fifth: ${bare.heaps.join(" ")}`);
console.log(`kept ${traces.live.size} with ${traces.visitCount} visits, stubs ${traces.stubs.size}, jumps ${traces.jumps.byId.size}, joins ${traces.total.joins}`, JSON.stringify(traces.total));
console.log(`ms: recent(50) ${timed(() => recent(traces, 50))}, search ${timed(() => recent(traces, 50, "zzz"))}, jumps(50) ${timed(() => jumps(traces, 50))}, timeline ${timed(() => timeline(traces, last))}, edgeFacts ${timed(() => edgeFacts(traces, graph.edges[9].uuid, 0))}`);
