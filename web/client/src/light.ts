/** Light as a renderer sees it: what a node shows, what happens, and the followed paths. */
import type { Hit, Step } from "@dagnet-realtime/engine/actions";

export type { Hit, Step } from "@dagnet-realtime/engine/actions";
export type { FollowedPath, Hue, PathStep } from "@dagnet-realtime/engine/traces/select/paths";

/**
 * What one node shows. `rate` is events a second over ten seconds, `level` 0 to 1 on the source's
 * scale, `lastAt` milliseconds on the source's clock, null before the first event. Under a filter
 * they are of what passes: `of` is how many were asked, `all` the count without it. `tests` are in
 * no other figure.
 */
export interface NodeLight {
  readonly count: number;
  readonly rate: number;
  readonly level: number;
  readonly lastAt: number | null;
  readonly of?: number | null;
  readonly all?: number;
  readonly tests?: number;
  readonly testAt?: number | null;
}

/** The source of light. `now()` is the clock that `lastAt` is measured on; it stops on pause. */
export interface LightSource {
  now(): number;
  node(uuid: string): NodeLight;
  /** The scale of levels, for a legend: events a second at level 0 and at level 1, by logarithm
   * between. It follows the busiest node of the last minute.
   */
  scale?(): { readonly least: number; readonly top: number };
  /** Calls back for every hit and step from here on; returns how to stop. */
  subscribe(listener: LightListener): () => void;
}

/** Receives hits and steps as they happen, outside React. */
export interface LightListener {
  hit(hit: Hit): void;
  step(step: Step): void;
}
