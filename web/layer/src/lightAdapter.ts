/** Feeds a light source to the renderer: hits and steps at once, levels four times a second. */
import { glowOf } from "@dagnet-realtime/engine/activity";
import type { Hit, LightSource, Step } from "@dagnet-realtime/client/light";
import type { Drawing, NodeWriter } from "./drawing.ts";
import type { Renderer } from "./protocol.ts";

/** Levels are written this often, in milliseconds, and cards every fourth time: each beat takes a
 * quarter of them, so that no frame has to lay out the text of all.
 */
export const LEVELS_MS = 250;
const TICKS_PER_TEXT = 4;
/** If the light's clock moves on by more than this between two beats, in milliseconds, and by far
 * more than before (a log may be played at fifty times), another moment is shown: after a seek, or
 * a hidden tab.
 */
const LEAP_MS = 4_000;
const LEAP_TIMES = 3;
/** A node that wakes is written at once, this many between two beats at most. */
const WAKES = 16;

/** What is left of the light of nodes beside a followed path. */
const DIMMED = 0.3;

/** What a light adapter works on. */
export interface LightAdapterOptions {
  readonly drawing: Drawing;
  readonly light: LightSource;
  readonly renderer: Renderer;
  readonly writer: NodeWriter;
  /** The flash rule: how strongly a node of this rate (events a second) may ring at this moment; 0
   * for not at all.
   */
  readonly ring: (node: string, rate: number) => number;
}

/** Open from construction until `close`. */
export class LightAdapter {
  /** Nodes whose text is written on every beat: hovered and followed. */
  closeUp: ReadonlySet<string> = new Set();
  /** Nodes on followed paths: the light of all others is dimmed; null if nothing is followed. */
  onPath: ReadonlySet<string> | null = null;
  frozen = false;
  /** Not live: no node glows. */
  drained = false;
  reduced = false;
  private beats = 0;
  /** The sum of counts on the cards: when it falls, the accumulation was cleared, and that shows
   * even while frozen.
   */
  private shownCount = 0;
  /** The light's clock at the last beat, and by how much it had moved on then. */
  private at: number;
  private pace = 0;
  private woken = 0;
  private readonly awake = new Set<string>();
  private glow: Float32Array;
  private readonly forget: () => void;

  constructor(private readonly options: LightAdapterOptions) {
    this.glow = new Float32Array(options.drawing.nodes.length);
    this.at = options.light.now();
    this.forget = options.light.subscribe({ hit: (hit) => { this.hit(hit); }, step: (step) => { this.step(step); } });
  }

  close(): void {
    this.forget();
  }

  /** Call every 250 ms while the page can be seen; `anew` once it can be again. Writes all at once
   * if what is shown is of another moment, or was cleared.
   */
  tick(anew = false): void {
    this.woken = 0;
    const turn = this.beats % TICKS_PER_TEXT;
    const first = turn === 0;
    this.beats += 1;
    const leapt = this.leapt();
    const count = this.counted();
    if (this.frozen) {
      if (count < this.shownCount) this.sendLevels();
      return;
    }
    const all = anew || leapt || count < this.shownCount / 2;
    if (first || all) this.awake.clear();
    this.shownCount = count;
    if (all) this.sendLevels("all", true);
    else if (!this.reduced) this.sendLevels(turn);
    else if (first) this.sendLevels();
  }

  /** Writes every level now, and cards: all of them at the start and when all changes at once, else
   * those whose turn it is, or none. `atOnce`: halos do not ease.
   */
  sendLevels(cards: "all" | "none" | number = "all", atOnce = this.frozen || this.reduced || this.beats === 0): void {
    const { drawing, light, renderer, writer } = this.options;
    const now = light.now();
    if (cards === "all") this.shownCount = this.counted();
    if (this.glow.length !== drawing.nodes.length) this.glow = new Float32Array(drawing.nodes.length);
    drawing.nodes.forEach(({ node }, index) => {
      const state = light.node(node.uuid);
      const age = state.lastAt === null ? null : now - state.lastAt;
      const share = this.drained ? 0 : this.onPath && !this.onPath.has(node.uuid) ? DIMMED : 1;
      this.glow[index] = share * glowOf(state.level, age);
      if (cards === "all" || cards === index % TICKS_PER_TEXT || this.closeUp.has(node.uuid)) writer.write(node.uuid, state, now);
    });
    renderer.send({ kind: "glow", glow: this.glow, atOnce });
  }

  /** Whether the light's clock shows another moment than one beat after the last. */
  private leapt(): boolean {
    const now = this.options.light.now();
    const pace = now - this.at;
    const leapt = pace < 0 || pace > Math.max(LEAP_MS, this.pace * LEAP_TIMES);
    [this.at, this.pace] = [now, pace];
    return leapt;
  }

  private counted(): number {
    return this.options.drawing.nodes.reduce((sum, { node }) => sum + this.options.light.node(node.uuid).count, 0);
  }

  private hit({ node, late, test }: Hit): void {
    if (this.frozen || this.reduced) return;
    const index = this.options.drawing.nodeIndex.get(node);
    if (index === undefined) return;
    const { light, renderer, writer } = this.options;
    const state = light.node(node);
    const strength = this.options.ring(node, state.rate);
    if (strength <= 0) return;
    renderer.send({ kind: "ring", node: index, strength, late, ...(test === true ? { test } : {}) });
    if (this.woken < WAKES && !this.awake.has(node)) {
      this.woken += 1;
      this.awake.add(node);
      writer.write(node, state, light.now());
    }
  }

  private step({ edges, inferred, followed, jump }: Step): void {
    if (this.frozen || this.reduced || followed || jump) return;
    const known = edges.flatMap((id) => this.options.drawing.edgeIndex.get(id) ?? []);
    if (known.length) this.options.renderer.send({ kind: "step", edges: known, inferred });
  }
}
