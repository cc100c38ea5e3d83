/** The store of the page: what the screen shows beside the engine's own state, which never passes through React. */
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Me, Place, WorkspaceSummary } from "../lanes/api.ts";
import { OFF, type LaneState } from "../lanes/lane.ts";
import type { Pointed, WayRef } from "../picture/contract.ts";
import type { Remembered } from "./remember.ts";
import type { Replay } from "./replay.ts";

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

/** `opening` and `closing` wait for the server; `replay` shows a log. */
export type Phase = "starting" | "failed" | "off" | "opening" | "on" | "closing" | "replay";

export interface Shell {
  readonly phase: Phase;
  /** Nobody to ask: graphs come from files, events from this browser alone. */
  readonly serverless: boolean;
  /** Whether a page from disk was asked to keep things in this browser; null for every other page, which need not be asked. */
  readonly keeping: boolean | null;
  /** The graph came in a share link, and so without definitions of its events. */
  readonly linked: boolean;
  readonly me: Me | null;
  readonly workspaces: readonly WorkspaceSummary[];
  readonly place: Place | null;
  readonly graph: Graph | null;
  readonly session: string | null;
  readonly lane: LaneState;
  readonly notice: Notice | null;
  readonly toasts: readonly Toast[];
  /** Node uuid that is selected. */
  readonly selected: string | null;
  /** An edge or a jump that is selected instead. */
  readonly way: WayRef | null;
  /** What is pointed out on the picture until something else is selected. */
  readonly pointed: Pointed | null;
  /** Token whose timeline is shown, "" for none. */
  readonly trace: string;
  /** Followed tokens that stay followed when another trace is opened. */
  readonly pins: readonly string[];
  /** Only followed traces move on the picture. */
  readonly alone: boolean;
  readonly filter: string;
  /** The filter that runs at the server too, "" for none. */
  readonly atServer: string;
  readonly paused: boolean;
  /** How many times as fast as time the picture catches up after a pause; 0 while it does not. */
  readonly catching: number;
  readonly visitors: number | null;
  readonly replay: Replay | null;
  readonly overlay: "help" | "table" | "connect" | null;
  readonly kept: Remembered;
  /** Grow when the engine's numbers (once a second) and rows (at most five times a second) are to be read anew. */
  readonly second: number;
  readonly fifth: number;
}

export type Store = StoreApi<Shell>;

export function createShell(kept: Remembered): Store {
  return createStore<Shell>(() => ({
    phase: "starting",
    serverless: false,
    keeping: null,
    linked: false,
    me: null,
    workspaces: [],
    place: null,
    graph: null,
    session: null,
    lane: OFF,
    notice: null,
    toasts: [],
    selected: null,
    way: null,
    pointed: null,
    trace: "",
    pins: [],
    alone: false,
    filter: "",
    atServer: "",
    paused: false,
    catching: 0,
    visitors: null,
    replay: null,
    overlay: null,
    kept,
    second: 0,
    fifth: 0,
  }));
}
