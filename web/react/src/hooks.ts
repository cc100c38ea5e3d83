/** How components reach the session: its state, its actions, and the engine at a slow pace. */
import type { EngineHost } from "@dagnet-realtime/client/engineHost";
import type { ConnectionStatus } from "@dagnet-realtime/client/transport/transport";
import type { State } from "@dagnet-realtime/engine/state";
import type { Follower, Graph } from "@dagnet-realtime/engine/wire.gen";
import { createContext, type ReactNode, useContext, useRef, useSyncExternalStore } from "react";
import type { EdgeRef, Highlight } from "./picture/types.ts";

/** `opening` and `closing` wait for the server; `replay` shows a log. */
export type Phase = "starting" | "failed" | "off" | "opening" | "on" | "closing" | "replay";

/** What components show beside the engine's own state, which never passes through React. */
export interface SessionState {
  readonly phase: Phase;
  readonly graph: Graph | null;
  readonly session: string | null;
  /** Why the last session ended by itself; "" if it did not. */
  readonly endedBecause: string;
  readonly connection: ConnectionStatus;
  /** The selected node (uuid). */
  readonly selected: string | null;
  /** An edge or a jump that is selected instead. */
  readonly selectedEdge: EdgeRef | null;
  /** Highlighted nodes and edges, until something else is selected. */
  readonly highlight: Highlight | null;
  /** The token of the trace whose timeline is shown, "" for none. */
  readonly trace: string;
  /** Followed tokens that stay followed when another trace is opened. */
  readonly pinned: readonly string[];
  /** Only followed traces move on the picture. */
  readonly followedOnly: boolean;
  readonly filter: string;
  /** The filter that runs at the server too, "" for none. */
  readonly serverFilter: string;
  readonly paused: boolean;
  /** How many times as fast as time the picture catches up after a pause; 0 while it does not. */
  readonly catchUpSpeed: number;
  /** Grow when the engine's numbers (once a second) and rows (at most five times a second) are to
   * be read anew.
   */
  readonly numbersTick: number;
  readonly rowsTick: number;
}

/** What components do for the user. */
export interface SessionActions {
  toggle(): Promise<void>;
  /** Pause, go on, or be done with catching up; a log that plays is held or plays on. */
  pause(): void;
  /** Ends a pause without showing how what waited came. */
  jumpToNow(): void;
  clear(): void;
  filter(text: string): void;
  filterAtServer(wanted: boolean): Promise<void>;
  select(node: string | null): void;
  selectEdge(edge: EdgeRef | null): void;
  setHighlight(highlight: Highlight | null): void;
  /** Hides the jump "from>to", or shows it again. */
  ignore(jump: string, ignored: boolean): void;
  showTrace(token: string): void;
  bind(name: string, node: string): void;
  unbind(name: string): void;
  /** Keeps unmapped names (a pattern with stars) out of the lists and the share, or shows them
   * again.
   */
  ignoreName(pattern: string, ignored: boolean): void;
  testEvent(node: string | null): Promise<void>;
  /** Gives a trace, by a token of it, a name of the person's own; "" takes it away. */
  labelTrace?(token: string, label: string): void;
  /** Names a trace in this tab alone, until it is reloaded. */
  labelInTab?(token: string, label: string): void;
  readonly follow: {
    open(token: string, beside?: boolean): void;
    toggle(token: string): void;
    pin(token: string): void;
    unfollow(token: string): void;
    unfollowAll(): void;
    setFollowedOnly(followedOnly: boolean): void;
    findPerson(kind: string, value: string): Promise<boolean>;
    undoJoin(join: number, again: boolean): void;
  };
}

/** What the host offers beyond the session. What it leaves out, components do not show. Read at
 * each render.
 */
export interface HostAbilities {
  /** Whether people can be found by an identifier at this moment. */
  canFind?(): boolean;
  /** Whether test events can be sent. */
  canTest?(): boolean;
  /** Which traces other people follow on this graph, by their names. */
  followers?(): readonly Follower[];
  /** The name that the person gave to the trace of this token, "" for none. */
  traceLabel?(token: string): string;
  /** The address that opens what is shown, with this trace followed too; null if there is none. */
  linkTo?(token?: string): string | null;
  /** How an open trace is exported as a file; null if the person may not. */
  exportTrace?(token: string): ReactNode;
  /** Saves what a trace did as a file of expectations. */
  saveExpectation?(token: string): void;
  /** Whether the jump "from>to" is hidden. */
  isIgnored?(jump: string): boolean;
  /** The title of another graph of the workspace that listens for a name, "" if none does. */
  litElsewhere?(name: string): string;
  /** What plays, if a saved log does. */
  player?(): PlayerState | null;
  /** A sentence about what nodes listen for, "" for none. */
  listenNote?(): string;
  /** When a frame came last, milliseconds since 1970; newer than the state, which does not change
   * with each frame.
   */
  lastFrameAt?(): number | null;
  /** False if the page has no keyboard shortcuts of ours, so that none is named. */
  readonly shortcuts?: boolean;
  /** Whether the switch ends a log that plays. */
  readonly switchesReplay?: boolean;
}

/** A log that plays: times in milliseconds since 1970. */
export interface PlayerState {
  readonly playing: boolean;
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** A store as `useSyncExternalStore` takes it; zustand's fits. */
export interface ReadableStore<T> {
  readonly getState: () => T;
  readonly subscribe: (listener: (state: T, before: T) => void) => () => void;
}

/** The engine as components read it. */
export type EngineView = Pick<EngineHost, "state" | "at" | "now" | "light" | "dispatch">;

/** What the components of this package need around them. */
export interface SessionContextValue {
  readonly store: ReadableStore<SessionState>;
  readonly engine: EngineView;
  readonly actions: SessionActions;
  readonly host?: HostAbilities;
}

export const SessionContext = createContext<SessionContextValue | null>(null);

/** The nearest `SessionContext`; throws without one. */
export function useSessionContext(): SessionContextValue {
  const found = useContext(SessionContext);
  if (!found) throw new Error("this component needs a SessionContext around it");
  return found;
}

/** Reads from a store; renders again when what `read` returns is another value. */
export function useStoreValue<S, T>(store: ReadableStore<S>, read: (state: S) => T): T {
  return useSyncExternalStore(store.subscribe, () => read(store.getState()));
}

/** A value of the session's state; renders again when it changes. */
export function useSession<T>(read: (state: SessionState) => T): T {
  return useStoreValue(useSessionContext().store, read);
}

/** What a person may do to the session. */
export function useActions(): SessionActions {
  return useSessionContext().actions;
}

/** Asks the host; read again with every change of the session's state. */
export function useHost<T>(read: (host: HostAbilities) => T): T {
  const { store, host = {} } = useSessionContext();
  return useStoreValue(store, () => read(host));
}

/** Reads the engine anew once a second (`numbers`), or up to five times a second (`rows`). */
export function useEngine<T>(pace: "numbers" | "rows", read: (state: State, now: number) => T): T {
  const { engine, store } = useSessionContext();
  useStoreValue(store, (state) => (pace === "numbers" ? state.numbersTick : state.rowsTick));
  return read(engine.state, engine.now());
}

/** The first of equal values (as JSON), so that children do not render again. */
export function useSame<T>(value: T): T {
  const held = useRef({ value, text: JSON.stringify(value) });
  const text = JSON.stringify(value);
  // oxlint-disable-next-line react/refs -- replaced only by a value with other contents
  if (text !== held.current.text) held.current = { value, text };
  // oxlint-disable-next-line react/refs -- see above
  return held.current.value;
}
