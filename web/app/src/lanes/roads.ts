/** The two roads from the server, each travelled until it ends: a push stream, and repeated polls. */
import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import type { ServerApi } from "./api.ts";
import type { Seat } from "./provider/seat.ts";
import { Refusal, refusal } from "./http.ts";
import type { Transport } from "./lane.ts";
import { reader } from "./sse.ts";

/**
 * Why a road ended. `gone` cannot be travelled again; `turn` is no fault, only time to look again which road is best.
 * `poll` says that polling is the way to go for a while, at once.
 * `answered` says that the server (or something that stands before it) did answer a stream's request.
 */
export type Ending =
  | { readonly kind: "gone"; readonly why: string }
  | { readonly kind: "broken"; readonly why: string; readonly retryAfter: number | null; readonly answered?: boolean; readonly poll?: boolean }
  | { readonly kind: "turn" };

/** Told of every frame, of every answer that held none, and of the session's seat at a provider. */
export interface Ear {
  frame(frame: Frame): void;
  silence(): void;
  seat?(seat: Seat): void;
}

const GONE = new Set(["gone", "not_found", "unauthorized", "forbidden"]);

/** What an error means for the road; a fault of our own is thrown on. */
export function ending(error: unknown, signal: AbortSignal): Ending {
  if (signal.aborted) return { kind: "turn" };
  if (error instanceof Refusal) {
    if (GONE.has(error.code)) return { kind: "gone", why: [error.title, error.remedy].filter(Boolean).join(" ") };
    return { kind: "broken", why: error.title, retryAfter: error.retryAfter };
  }
  return { kind: "broken", why: "The connection broke.", retryAfter: null };
}

/** The farewell in the frame, if it is one. */
export function farewell(frame: Frame): Ending | null {
  if (frame.op !== "bye") return null;
  if (frame.retry_after === null) return { kind: "gone", why: frame.reason };
  return { kind: "broken", why: `The server said: ${frame.reason}`, retryAfter: frame.retry_after };
}

/** Travels one stream until it ends, from position `after`. */
export async function push(api: ServerApi, session: string, after: string, ear: Ear, signal: AbortSignal): Promise<Ending> {
  let answered = false;
  try {
    const answer = await api.stream(session, after, signal);
    answered = true;
    if (!answer.ok) throw await refusal(answer);
    if (!answer.body) return { kind: "broken", why: "The stream was empty.", retryAfter: null, answered };
    const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const read = reader();
    for (;;) {
      const { value, done } = await pieces.read();
      if (done) return { kind: "broken", why: "The stream ended.", retryAfter: null, answered };
      for (const message of read(value)) {
        const frame = JSON.parse(message.data) as Frame;
        ear.frame(frame);
        const end = farewell(frame);
        if (end) return end;
      }
    }
  } catch (error) {
    const end = ending(error, signal);
    return end.kind === "broken" ? { ...end, answered } : end;
  }
}

/** What carries frames while it can; `deaf` says why this tab polls when it does not. */
export interface Push {
  readonly transport: Transport;
  readonly deaf: string;
  travel(api: ServerApi, session: string, after: string, ear: Ear, signal: AbortSignal): Promise<Ending>;
}

export const STREAM: Push = { transport: "push", deaf: "Streams do not get through, so this tab asks every moment instead.", travel: push };

const NO_STREAM = "This server keeps no connection open, so this tab asks every moment.";

/** Where the server lives for one request at a time, polling is the only road. */
export const POLLS_ONLY: Push = { transport: "push", deaf: NO_STREAM, travel: () => Promise.resolve({ kind: "broken", why: NO_STREAM, retryAfter: 0, poll: true }) };

/** Polls once and hands on what came; null when the next poll may follow at once. */
export async function pollOnce(api: ServerApi, session: string, after: string, wait: number, ear: Ear, signal: AbortSignal): Promise<Ending | null> {
  try {
    const { frames } = await api.poll(session, after, wait, signal);
    if (frames.length === 0) ear.silence();
    for (const frame of frames) {
      ear.frame(frame);
      const end = farewell(frame);
      if (end) return end;
    }
    return null;
  } catch (error) {
    return ending(error, signal);
  }
}
