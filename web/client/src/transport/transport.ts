/** The interface of all transports, and the state of a connection. */
import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";
import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import type { RelaySubscription } from "../api.ts";

/** How the road to the server is, as the LIVE sign says it. */
export type Connection = "off" | "connecting" | "live" | "polling" | "reconnecting" | "stale" | "replay";

/** Which way frames come at this moment. */
export type TransportKind = "push" | "provider" | "function" | "poll" | "local" | "replay";

/** The state of a connection. `since` and `retryAt` are milliseconds since 1970; `lagMs` is 0 while
 * frames are fresh; `why` is a sentence for people, "" while all is well. `relay` is the session's
 * subscription at its provider, while that brings the frames.
 */
export interface ConnectionStatus {
  readonly connection: Connection;
  readonly transport: TransportKind | null;
  readonly since: number;
  readonly lastFrameAt: number | null;
  readonly retryAt: number | null;
  readonly lagMs: number;
  readonly why: string;
  readonly relay?: RelaySubscription;
}

/** Where a transport hands its frames, and messages of a page's own calls. `ended` says that it
 * will not come back by itself; `lapsed` that the server does not know the session, so that
 * another may be opened in its place.
 */
export interface TransportSink {
  frame(frame: Frame): void;
  tap?(message: TapMessage): void;
  state(state: ConnectionStatus): void;
  ended(reason: string, lapsed?: boolean): void;
}

/** A way for frames to come in, from `start` to `stop`. */
export interface Transport {
  readonly state: ConnectionStatus;
  start(sink: TransportSink): void;
  stop(): void;
  /** Goes back (or on) to `position`; one that cannot shows a gap. */
  seek?(position: string): void;
  /** Connects anew where it stands: a new token is to be used from now on. */
  reconnect?(): void;
}

export const OFF: ConnectionStatus = { connection: "off", transport: null, since: 0, lastFrameAt: null, retryAt: null, lagMs: 0, why: "" };

/** The position after a frame; null if it names none. */
export function positionAfter(frame: Frame): string | null {
  if (frame.op === "gap") return frame.to;
  return "position" in frame ? frame.position : null;
}
