/** How bright something is: its tally, its heat (a decaying average of hits a second), its printed rate and when it last fired. */
import { createTally, type Tally } from "./tally.ts";
import { add, createWindow, take, type Window } from "./window.ts";

/** The time in which heat halves. Short enough to follow the eye, long enough to bridge single events. */
export const HALF_LIFE_MS = 1500;
/** The rate, hits a second, at which a node is fully lit. */
export const FULL_RATE = 200;
/** How brightly one single event glows, and the time in which that halves. */
export const SPARK = 0.45;
export const SPARK_HALF_LIFE_MS = 4000;
/** The printed rate slides over 10 s, in steps of half a second. */
const RATE_BUCKET_MS = 500;
const RATE_BUCKETS = 20;

export interface Light extends Tally {
  heat: number;
  heatAt: number;
  /** When it last fired, by the viewer's clock; null for never. */
  lastAt: number | null;
  readonly window: Window;
}

export function createLight(): Light {
  return { ...createTally(), heat: 0, heatAt: 0, lastAt: null, window: createWindow(RATE_BUCKET_MS, RATE_BUCKETS) };
}

/** Adds `n` hits at `at`, which may lie in the past, to heat, rate and recency (the tally is counted apart). */
export function glow(light: Light, at: number, n: number): void {
  if (n <= 0) return;
  const since = Math.max(0, light.heatAt - at);
  light.heat = heatAt(light, at) + (n * Math.LN2 * 1000 * 2 ** (-since / HALF_LIFE_MS)) / HALF_LIFE_MS;
  light.heatAt = Math.max(light.heatAt, at);
  light.lastAt = Math.max(light.lastAt ?? at, at);
  add(light.window, at, n);
}

/** Takes one hit of `at` out of heat and rate again; `before` is when the light fired last without it. */
export function unglow(light: Light, at: number, before: number | null): void {
  light.heat = Math.max(0, light.heat - (Math.LN2 * 1000 * 2 ** (-Math.max(0, light.heatAt - at) / HALF_LIFE_MS)) / HALF_LIFE_MS);
  if (light.lastAt === at) light.lastAt = before;
  take(light.window, at);
}

/** The decaying average at `at`, hits a second. */
export function heatAt(light: Light, at: number): number {
  return light.heat * 2 ** (-Math.max(0, at - light.heatAt) / HALF_LIFE_MS);
}

/** 0 to 1, logarithmic in the rate. */
export function levelOf(heat: number): number {
  return Math.min(1, Math.log1p(heat) / Math.log1p(FULL_RATE));
}

/** 0 to 1: the level, or the fading spark of the last event where that is brighter. */
export function glowOf(level: number, age: number | null): number {
  return age === null ? level : Math.max(level, SPARK * 2 ** (-Math.max(0, age) / SPARK_HALF_LIFE_MS));
}
