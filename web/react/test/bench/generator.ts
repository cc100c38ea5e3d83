/** A light source that makes its own traffic: the generator of the bench page. Time and chance are parameters. */
import type { Hit, LightListener, LightSource, NodeLight } from "@dagnet-realtime/client/light";
import { LEAST_RATE, levelOf } from "@dagnet-realtime/engine/activity";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";

interface NodeState {
  count: number;
  heat: number;
  heatAt: number;
  lastAt: number | null;
  rate: number;
  tally: number;
  tallyAt: number;
}

/** What the generator is asked for: events a second to each node, and steps along edges for this share of them. */
export interface Traffic {
  readonly rates: readonly number[];
  readonly steps: number;
}

const HALF_LIFE_MS = 1500;

/** Makes hits at the asked rates whenever `run` is called, evenly and without bursts. */
export class Generator implements LightSource {
  private readonly lamps = new Map<string, NodeState>();
  private readonly listeners = new Set<LightListener>();
  private readonly owed: Float64Array;
  private readonly out: (readonly { id: string; to: string }[])[];
  private at: number;
  made = 0;

  constructor(private readonly graph: Graph, private readonly traffic: Traffic, private readonly clock: () => number, private readonly chance: () => number) {
    this.owed = new Float64Array(graph.nodes.length).map(() => chance());
    this.at = clock();
    this.out = graph.nodes.map(({ uuid }) => graph.edges.filter(({ source }) => source === uuid).map(({ uuid: id, target }) => ({ id, to: target })));
    for (const { uuid } of graph.nodes) this.lamps.set(uuid, { count: 0, heat: 0, heatAt: this.at, lastAt: null, rate: 0, tally: 0, tallyAt: this.at });
  }

  now(): number {
    return this.clock();
  }

  scale(): { least: number; top: number } {
    return { least: LEAST_RATE, top: 200 };
  }

  node(uuid: string): NodeLight {
    const lamp = this.lamps.get(uuid);
    if (!lamp) return { count: 0, rate: 0, level: 0, lastAt: null };
    const heat = lamp.heat * 2 ** (-(this.clock() - lamp.heatAt) / HALF_LIFE_MS);
    return { count: lamp.count, rate: lamp.rate, level: levelOf(heat, 200), lastAt: lamp.lastAt };
  }

  subscribe(listener: LightListener): () => void {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }

  /** Makes what is due since the last call. */
  run(): void {
    const now = this.clock();
    const passed = Math.min(1000, now - this.at) / 1000;
    this.at = now;
    this.graph.nodes.forEach(({ uuid }, i) => {
      const due = (this.owed[i] ?? 0) + (this.traffic.rates[i] ?? 0) * passed;
      this.owed[i] = due - Math.floor(due);
      for (let n = Math.floor(due); n > 0; n--) this.make(uuid, i, now);
    });
  }

  /** Lights a node once. */
  hit(uuid: string, now = this.clock(), late = false): void {
    const lamp = this.lamps.get(uuid);
    if (!lamp) return;
    lamp.heat = lamp.heat * 2 ** (-(now - lamp.heatAt) / HALF_LIFE_MS) + (Math.LN2 * 1000) / HALF_LIFE_MS;
    lamp.heatAt = now;
    lamp.lastAt = now;
    lamp.count += 1;
    lamp.tally += 1;
    if (now - lamp.tallyAt >= 1000) {
      const measured = (lamp.tally * 1000) / (now - lamp.tallyAt);
      lamp.rate = lamp.rate === 0 ? measured : lamp.rate * 0.5 + measured * 0.5;
      lamp.tally = 0;
      lamp.tallyAt = now;
    }
    const hit: Hit = { node: uuid, at: now, late, token: null, count: 1 };
    for (const listener of this.listeners) listener.hit(hit);
    this.made += 1;
  }

  private make(uuid: string, index: number, now: number): void {
    this.hit(uuid, now);
    const ways = this.out[index];
    if (!ways?.length || this.chance() > this.traffic.steps) return;
    const way = ways[Math.floor(this.chance() * ways.length)];
    if (!way) return;
    for (const listener of this.listeners) listener.step({ token: "t", from: uuid, to: way.to, edges: [way.id], jump: false, inferred: false, followed: false, at: now });
  }
}
