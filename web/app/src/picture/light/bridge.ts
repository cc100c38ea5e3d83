/** Carries light from its source to the overlay and the cards: hits and steps as they come, levels four times a second, text once. */
import { FULL_RATE, glowOf } from "@dagnet-realtime/engine/activity";
import type { Hit, LightSource, Step } from "../contract.ts";
import type { Cards } from "../dom/cards.ts";
import type { Scene } from "../geometry/scene.ts";
import type { Overlay } from "./command.ts";

/** Levels are told this often, in milliseconds; every fourth time all cards are written. */
export const BEAT_MS = 250;
const BEATS_PER_TEXT = 4;
/** A node that wakes is written at once, this many between two beats at most. */
const WAKES = 16;


export interface BridgeParts {
  readonly scene: Scene;
  readonly light: LightSource;
  readonly overlay: Overlay;
  readonly cards: Cards;
  /** The flash rule: how strongly a node of this heat (events a second) may ring at this moment; 0 for not at all. */
  readonly ring: (node: string, heat: number) => number;
}

/** Open from construction until `close`. */
export class Bridge {
  /** Nodes whose text is written on every beat: hovered and followed. */
  closeUp: ReadonlySet<string> = new Set();
  frozen = false;
  reduced = false;
  private beats = 0;
  /** The sum of counts on the cards: when it falls, the accumulation was cleared, and that shows even while frozen. */
  private told = 0;
  private woken = 0;
  private readonly awake = new Set<string>();
  private readonly glow: Float32Array;
  private readonly forget: () => void;

  constructor(private readonly parts: BridgeParts) {
    this.glow = new Float32Array(parts.scene.nodes.length);
    this.forget = parts.light.subscribe({ hit: (hit) => { this.hit(hit); }, step: (step) => { this.step(step); } });
  }

  close(): void {
    this.forget();
  }

  /** Call every 250 ms while the page can be seen. */
  beat(): void {
    this.woken = 0;
    const full = this.beats % BEATS_PER_TEXT === 0;
    this.beats += 1;
    if (this.frozen) {
      if (full && this.counted() < this.told) this.tell();
      return;
    }
    if (full) this.awake.clear();
    if (full || !this.reduced) this.tell(full);
  }

  /** Writes every card and every level now: at the start, and when all changes at once. */
  tell(everyCard = true): void {
    const { scene, light, overlay, cards } = this.parts;
    const now = light.now();
    if (everyCard) this.told = this.counted();
    scene.nodes.forEach(({ node }, index) => {
      const state = light.node(node.uuid);
      const age = state.lastAt === null ? null : now - state.lastAt;
      this.glow[index] = glowOf(state.level, age);
      if (everyCard || this.closeUp.has(node.uuid)) cards.write(node.uuid, state, now);
    });
    overlay.send({ kind: "glow", glow: this.glow, atOnce: this.frozen || this.reduced || this.beats === 0 });
  }

  private counted(): number {
    return this.parts.scene.nodes.reduce((sum, { node }) => sum + this.parts.light.node(node.uuid).count, 0);
  }

  private hit({ node, late }: Hit): void {
    if (this.frozen || this.reduced) return;
    const index = this.parts.scene.nodeIndex.get(node);
    if (index === undefined) return;
    const { light, overlay, cards } = this.parts;
    const state = light.node(node);
    const strength = this.parts.ring(node, Math.expm1(state.level * Math.log1p(FULL_RATE)));
    if (strength <= 0) return;
    overlay.send({ kind: "ring", node: index, strength, late });
    if (this.woken < WAKES && !this.awake.has(node)) {
      this.woken += 1;
      this.awake.add(node);
      cards.write(node, state, light.now());
    }
  }

  private step({ edges, inferred, followed, jump }: Step): void {
    if (this.frozen || this.reduced || followed || jump) return;
    const known = edges.flatMap((id) => this.parts.scene.edgeIndex.get(id) ?? []);
    if (known.length) this.parts.overlay.send({ kind: "step", edges: known, inferred });
  }
}
