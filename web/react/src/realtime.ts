/** Hooks over a realtime session for a host's own components, React 18 or 19. None of them renders
 * at every event: the session's summary changes at most four times a second, and so do these.
 */
import { heatStep } from "@dagnet-realtime/engine/activity";
import type { FollowedPath, Hue, LightSource } from "@dagnet-realtime/client/light";
import type { Connection } from "@dagnet-realtime/engine/actions";
import { useMemo, useSyncExternalStore } from "react";

/** The part of a session's state that is drawn. */
export interface DrawnState {
  readonly phase: string;
  readonly connection: Connection;
  readonly why: string;
  readonly paused: boolean;
  readonly followed: readonly FollowedPath[];
  readonly jumps: readonly { readonly from: string; readonly to: string; readonly count: number }[];
}

/** A session as these components read it: what `realtime` of `@dagnet-realtime/client` returns. */
export interface RealtimeSource<S extends DrawnState = DrawnState> {
  readonly light: LightSource;
  readonly state: S;
  subscribe(listener: () => void): () => void;
}

/** The session's summary; renders again when it changes. */
export function useRealtime<S extends DrawnState>(realtime: RealtimeSource<S>): S {
  const subscribe = useMemo(() => (listener: () => void) => realtime.subscribe(listener), [realtime]);
  const read = (): S => realtime.state;
  return useSyncExternalStore(subscribe, read, read);
}

/** The paths of the followed traces, in the order of their hues. */
export function useFollowed(realtime: RealtimeSource): readonly FollowedPath[] {
  const subscribe = useMemo(() => (listener: () => void) => realtime.subscribe(listener), [realtime]);
  const read = (): readonly FollowedPath[] => realtime.state.followed;
  return useSyncExternalStore(subscribe, read, read);
}

/** What a node shows. */
export interface NodeActivity {
  /** Events since On, or since the last Clear. */
  readonly count: number;
  /** The rate as a step on `light.scale()`: 0 is quiet, 8 the busiest of the last minute. */
  readonly heat: number;
  /** The last event, milliseconds on the clock of `realtime.light.now()`; null before the first. */
  readonly lastAt: number | null;
  /** The hue (0 to 5) of a followed trace that was here, null if none was. */
  readonly hue: Hue | null;
}

const QUIET: NodeActivity = { count: 0, heat: 0, lastAt: null, hue: null };

/** A node's activity by its uuid; renders again if it changes, at most four times a second. */
export function useNodeLight(realtime: RealtimeSource, uuid: string): NodeActivity {
  const { subscribe, read } = useMemo(() => {
    const beat = beatOf(realtime);
    return { subscribe: (listener: () => void) => beat.subscribe(uuid, listener), read: () => beat.read(uuid) };
  }, [realtime, uuid]);
  return useSyncExternalStore(subscribe, read, () => QUIET);
}

/** Nodes are read this often, in milliseconds. */
const BEAT_MS = 250;

/** One clock for all nodes of a session that are shown. */
class Beat {
  private readonly shown = new Map<string, NodeActivity>();
  private readonly listeners = new Map<string, Set<() => void>>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private hues: { readonly of: readonly FollowedPath[]; readonly byNode: ReadonlyMap<string, Hue> } = { of: [], byNode: new Map() };

  constructor(private readonly realtime: RealtimeSource) {}

  /** The same object until the next beat changes it. */
  readonly read = (uuid: string): NodeActivity => this.shown.get(uuid) ?? this.refresh(uuid);

  readonly subscribe = (uuid: string, listener: () => void): (() => void) => {
    const own = () => { listener(); };
    const here = this.listeners.get(uuid) ?? new Set();
    this.listeners.set(uuid, here.add(own));
    this.timer ??= setInterval(this.beat, BEAT_MS);
    this.refresh(uuid);
    return () => {
      here.delete(own);
      if (here.size > 0) return;
      this.listeners.delete(uuid);
      this.shown.delete(uuid);
      if (this.listeners.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  };

  private readonly beat = (): void => {
    for (const uuid of [...this.shown.keys()]) {
      const listeners = this.listeners.get(uuid);
      // Read by a component that was never shown.
      if (!listeners) this.shown.delete(uuid);
      else if (this.shown.get(uuid) !== this.refresh(uuid)) for (const listener of [...listeners]) listener();
    }
  };

  private refresh(uuid: string): NodeActivity {
    const before = this.shown.get(uuid) ?? QUIET;
    const { count, level, lastAt } = this.realtime.light.node(uuid);
    const now: NodeActivity = { count, heat: count > 0 ? heatStep(level) : 0, lastAt, hue: this.huesNow().get(uuid) ?? null };
    const same = before.count === now.count && before.heat === now.heat && before.lastAt === now.lastAt && before.hue === now.hue;
    const shown = same ? before : now;
    this.shown.set(uuid, shown);
    return shown;
  }

  /** Hues by node: the trace that was followed first has a node that several were at. */
  private huesNow(): ReadonlyMap<string, Hue> {
    const { followed } = this.realtime.state;
    if (this.hues.of !== followed) {
      const byNode = new Map([...followed].reverse().flatMap(({ hue, steps }) => steps.map(({ node }) => [node, hue] as const)));
      this.hues = { of: followed, byNode };
    }
    return this.hues.byNode;
  }
}

const beats = new WeakMap<RealtimeSource, Beat>();

function beatOf(realtime: RealtimeSource): Beat {
  const found = beats.get(realtime) ?? new Beat(realtime);
  beats.set(realtime, found);
  return found;
}
