/** What brings frames to the engine: push, poll and replay speak the same four words. */
import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import type { Seat } from "./provider/seat.ts";

/** How the road to the server is, as the LIVE sign says it. */
export type Connection = "off" | "connecting" | "live" | "polling" | "reconnecting" | "stale" | "replay";

/** Which way frames come at this moment. */
export type Transport = "push" | "provider" | "function" | "poll" | "local" | "replay";

/** The truth about a lane. `since` and `retryAt` are milliseconds since 1970; `behindMs` is 0 while what comes is fresh; `why` is a sentence for people, "" while all is well. `seat` is the session's at its provider, while that brings the frames. */
export interface LaneState {
  readonly connection: Connection;
  readonly transport: Transport | null;
  readonly since: number;
  readonly lastFrameAt: number | null;
  readonly retryAt: number | null;
  readonly behindMs: number;
  readonly why: string;
  readonly seat?: Seat;
}

/** Where a lane hands its frames. `ended` says that it will not come back by itself. */
export interface LaneSink {
  frame(frame: Frame): void;
  state(state: LaneState): void;
  ended(reason: string): void;
}

export interface Lane {
  readonly state: LaneState;
  start(sink: LaneSink): void;
  stop(): void;
}

export const OFF: LaneState = { connection: "off", transport: null, since: 0, lastFrameAt: null, retryAt: null, behindMs: 0, why: "" };

/** The position after a frame, null where it names none. */
export function reached(frame: Frame): string | null {
  if (frame.op === "gap") return frame.to;
  return "position" in frame ? frame.position : null;
}
