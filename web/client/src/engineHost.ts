/** Owns the engine of one page: the only caller of the reducer, and the source of its light. */
import type { LightListener, LightSource } from "./light.ts";
import { shownAt } from "@dagnet-realtime/engine/pauseBuffer";
import type { Action, Hit, Step } from "@dagnet-realtime/engine/actions";
import { reduce } from "@dagnet-realtime/engine/reduce";
import { nodeLight, rateScale } from "@dagnet-realtime/engine/select/totals";
import { initialState, type State } from "@dagnet-realtime/engine/state";

type Timeless<I> = I extends { readonly at: number } ? Omit<I, "at"> : never;

/** An input without its moment: the owner's clock adds it. */
export type EngineAction = Timeless<Action>;

/** One engine: its state, the only caller of the reducer, and those who listen to its light. */
export class EngineHost {
  state: State;
  readonly light: LightSource;
  readonly #listeners = new Set<LightListener>();
  /** Only followed traces move, as long as any is followed. */
  followedOnly = false;
  #silent = false;

  constructor(
    private clock: () => number,
    state: State = initialState(),
  ) {
    this.state = state;
    this.light = {
      now: () => this.now(),
      node: (uuid) => nodeLight(this.state, uuid, this.clock()),
      scale: () => rateScale(this.state, this.clock()),
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }

  /** The viewer's clock. */
  at(): number {
    return this.clock();
  }

  /** The moment that the picture shows: it stands while paused. */
  now(): number {
    return shownAt(this.state.clock, this.clock());
  }

  dispatch(input: EngineAction, at: number = this.clock()): void {
    this.state = reduce(this.state, { ...input, at }, this);
  }

  /** Begins anew, under another clock if one is given (a replay has the log's). */
  reset(state: State = initialState(), clock: () => number = this.clock): void {
    this.state = state;
    this.clock = clock;
  }

  /** Runs something whose hits and steps are not shown. */
  silently(run: () => void): void {
    this.#silent = true;
    try {
      run();
    } finally {
      this.#silent = false;
    }
  }

  hit(hit: Hit): void {
    if (this.#silent || !this.#moves(hit.token)) return;
    for (const listener of this.#listeners) listener.hit(hit);
  }

  step(step: Step): void {
    if (this.#silent || !this.#moves(step.token)) return;
    for (const listener of this.#listeners) listener.step(step);
  }

  #moves(token: string | null): boolean {
    const { follows, accumulation: kept } = this.state;
    return !this.followedOnly || follows.length === 0 || (token !== null && (kept.traces?.tokens.get(token)?.trace.followedCount ?? 0) > 0);
  }
}
