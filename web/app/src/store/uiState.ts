/** The state of the page beside the engine's own, which never passes through React. */
import type { Follower } from "@dagnet-realtime/engine/wire.gen";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Me, GraphRef, WorkspaceSummary } from "@dagnet-realtime/client/api";
import type { Player, Timed } from "@dagnet-realtime/client/transport/player";
import { OFF } from "@dagnet-realtime/client/transport/transport";
import type { SessionState } from "@dagnet-realtime/react/hooks";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { TraceLabels } from "./traceLabels.ts";
import type { Preferences } from "./preferences.ts";

/** What happened, what it means, what to do. */
export interface Notice {
  readonly what: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly bad: boolean;
  readonly action?: { readonly label: string; readonly run: () => void };
}

export interface Toast extends Notice {
  readonly id: number;
}

/** A log that plays: its position, and what its bar can do. */
export interface ReplayControls {
  readonly player: Pick<Player<Timed>, "at" | "from" | "to" | "speed" | "playing">;
  readonly log: { readonly header: { readonly graph: string } };
  /** Plays what became due in `ms` of the time that passed here. */
  turn(ms: number): void;
  togglePlaying(): void;
  step(): void;
  seek(at: number): void;
  setSpeed(speed: number): void;
  /** Goes on with another graph. */
  show(graph: Graph): void;
  close(): Promise<void>;
}

/** The session's state, and what the page shows around it. */
export interface UiState extends SessionState {
  /** There is no server: graphs come from files, events from this browser alone. */
  readonly serverless: boolean;
  /** Whether a page from disk may keep things in this browser; null for every other page, which
   * need not ask.
   */
  readonly storageAllowed: boolean | null;
  /** The graph came in a share link, and so without definitions of its events. */
  readonly linked: boolean;
  readonly me: Me | null;
  readonly workspaces: readonly WorkspaceSummary[];
  readonly graphRef: GraphRef | null;
  readonly notice: Notice | null;
  readonly toasts: readonly Toast[];
  /** What a link names the session by, to show its past; "" if it may not. */
  readonly share: string;
  /** Which traces other people follow on this graph, as far as the server says. */
  readonly followers: readonly Follower[];
  /** Names that the person gave to traces. */
  readonly labels: TraceLabels;
  /** Names that hold until the tab is reloaded. */
  readonly tabLabels: TraceLabels;
  readonly visitors: number | null;
  readonly replay: ReplayControls | null;
  readonly overlay: "help" | "table" | "connect" | "streams" | "sessions" | "search" | null;
  readonly pane: Pane;
  readonly preferences: Preferences;
}

/** What a narrow window shows of the page; a wide one shows all. */
export type Pane = "graph" | "events" | "side" | "shop";

export type Store = StoreApi<UiState>;

export function createUiStore(preferences: Preferences): Store {
  return createStore<UiState>(() => ({
    phase: "starting",
    serverless: false,
    storageAllowed: null,
    linked: false,
    me: null,
    workspaces: [],
    graphRef: null,
    graph: null,
    session: null,
    endedBecause: "",
    connection: OFF,
    notice: null,
    toasts: [],
    selected: null,
    selectedEdge: null,
    highlight: null,
    trace: "",
    pinned: [],
    followedOnly: false,
    filter: "",
    serverFilter: "",
    paused: false,
    catchUpSpeed: 0,
    followers: [],
    share: "",
    labels: {},
    tabLabels: {},
    visitors: null,
    replay: null,
    overlay: null,
    pane: "graph",
    preferences,
    numbersTick: 0,
    rowsTick: 0,
  }));
}
