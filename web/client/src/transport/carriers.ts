/** Carriers of frames from the server, each run until it ends: a stream, and single polls. */
import { isProblem } from "@dagnet-realtime/engine/problem";
import { checkFrame, isUnknownFrame } from "@dagnet-realtime/engine/validation";
import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import { type RelaySubscription, type ServerApi, valid } from "../api.ts";
import { ApiError, type Fetch, sentences, toApiError } from "../http.ts";
import { reader } from "./sse.ts";
import type { TransportKind } from "./transport.ts";

/** Why a carrier ended. `gone` cannot be used again; `lapsed` says that the server does not know
 * the session, as after its restart, rather than that it ended it. `turn` is no fault, only
 * time to choose the best carrier again. `poll` says that polling is the way to go for a while,
 * at once. `answered` says that the server (or a proxy before it) did answer a stream's
 * request.
 */
export type CarrierEnd =
  | { readonly kind: "gone"; readonly why: string; readonly lapsed?: boolean }
  | { readonly kind: "broken"; readonly why: string; readonly retryAfter: number | null; readonly answered?: boolean; readonly poll?: boolean }
  | { readonly kind: "turn" };

/** Told of every frame, of every answer that held none, and of the session's seat at a provider. */
export interface FrameListener {
  frame(frame: Frame): void;
  idle(): void;
  subscribed?(subscribed: RelaySubscription): void;
}

const FINAL_CODES = new Set(["gone", "not_found", "unauthorized", "forbidden"]);

/** What an error means for the road; a fault of our own is thrown on. */
export function endOfError(error: unknown, signal: AbortSignal): CarrierEnd {
  if (signal.aborted) return { kind: "turn" };
  if (error instanceof ApiError) {
    if (FINAL_CODES.has(error.code)) return { kind: "gone", why: sentences(error.title, error.remedy), ...(error.code === "gone" ? { lapsed: true } : {}) };
    return { kind: "broken", why: error.title, retryAfter: error.retryAfter };
  }
  return { kind: "broken", why: "The connection broke.", retryAfter: null };
}

/** The farewell in the frame, if it is one. */
export function endOfFrame(frame: Frame): CarrierEnd | null {
  if (frame.op !== "bye") return null;
  if (frame.retry_after === null) return { kind: "gone", why: frame.reason };
  return { kind: "broken", why: `The server said: ${frame.reason}`, retryAfter: frame.retry_after };
}

/** A frame as the server sent it, with defaults filled in; null if a later version added its kind.
 * A batch that cannot be read is a gap of unknown size.
 */
export function receivedFrame(sent: unknown): Frame | null {
  if (isUnknownFrame(sent)) return null;
  const frame = checkFrame(sent);
  if (!isProblem(frame)) return frame;
  const { op, from, position } = Object(sent) as Record<string, unknown>;
  if (op !== "batch" || typeof from !== "string" || typeof position !== "string") return valid<Frame>(frame);
  return { op: "gap", from, to: position, missed: null, reason: `${frame.title}: ${frame.detail}` };
}

/** The frames of an answer; see `receivedFrame`. */
export function receivedFrames(sent: readonly unknown[]): readonly Frame[] {
  return sent.map(receivedFrame).filter((frame) => frame !== null);
}

/** Lets the page draw and hear the pointer between two frames of a stream, of which many come at
 * once after a pause. Browsers without `scheduler.yield` go straight on.
 */
async function breath(): Promise<void> {
  await (globalThis as { readonly scheduler?: { readonly yield?: () => Promise<void> } }).scheduler?.yield?.();
}

/** Travels one stream until it ends, from position `after`. */
export async function readStream(api: ServerApi, session: string, after: string, listener: FrameListener, signal: AbortSignal): Promise<CarrierEnd> {
  let answered = false;
  try {
    const answer = await api.stream(session, after, signal);
    answered = true;
    if (!answer.ok) throw await toApiError(answer);
    if (!answer.body) return { kind: "broken", why: "The stream was empty.", retryAfter: null, answered };
    const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const read = reader();
    for (;;) {
      const { value, done } = await pieces.read();
      if (done) return { kind: "broken", why: "The stream ended.", retryAfter: null, answered };
      for (const message of read(value)) {
        const frame = receivedFrame(JSON.parse(message.data));
        if (frame === null) {
          listener.idle();
          continue;
        }
        listener.frame(frame);
        const end = endOfFrame(frame);
        if (end) return end;
        await breath();
        signal.throwIfAborted();
      }
    }
  } catch (error) {
    const end = endOfError(error, signal);
    return end.kind === "broken" ? { ...end, answered } : end;
  }
}

/** What carries frames while it can; `deaf` says why this tab polls when it does not. */
export interface Carrier {
  readonly transport: TransportKind;
  readonly fallbackReason: string;
  run(api: ServerApi, session: string, after: string, listener: FrameListener, signal: AbortSignal): Promise<CarrierEnd>;
}

export const STREAM: Carrier = { transport: "push", fallbackReason: "Streams do not get through, so this tab asks every moment instead.", run: readStream };

const NO_STREAM = "This server keeps no connection open, so this tab asks every moment.";

/** Where the server lives for one request at a time, polling is the only road. */
export const POLLS_ONLY: Carrier = { transport: "push", fallbackReason: NO_STREAM, run: () => Promise.resolve({ kind: "broken", why: NO_STREAM, retryAfter: 0, poll: true }) };

/** Polling is what the host chose; nothing is wrong with it. */
export const POLLS_BY_CHOICE: Carrier = { transport: "push", fallbackReason: "", run: () => Promise.resolve({ kind: "broken", why: "", retryAfter: 0, poll: true }) };

/** Polls once and hands on what came; null when the next poll may follow at once. */
export async function pollOnce(api: ServerApi, session: string, after: string, wait: number, listener: FrameListener, signal: AbortSignal): Promise<CarrierEnd | null> {
  try {
    const frames = receivedFrames((await api.poll(session, after, wait, signal)).frames);
    if (frames.length === 0) listener.idle();
    for (const frame of frames) {
      listener.frame(frame);
      const end = endOfFrame(frame);
      if (end) return end;
    }
    return null;
  } catch (error) {
    return endOfError(error, signal);
  }
}

/** Listens to the answers of our own server's API. */
export class CompressionDetector {
  /** The coding that the last answer came in, such as "gzip"; "" if it came as it was sent. */
  coding = "";

  /** The same requests, whose answers are looked at. */
  watch(fetcher: Fetch): Fetch {
    return async (url, init) => {
      const answer = await fetcher(url, init);
      const coding = answer.headers.get("content-encoding") ?? "";
      this.coding = coding === "identity" ? "" : coding;
      return answer;
    };
  }

  /** The stream, which says why it does not get through if this can be the reason. */
  carrier(): Carrier {
    const because = (): string => this.coding;
    return {
      ...STREAM,
      get fallbackReason() {
        const coding = because();
        if (coding === "") return STREAM.fallbackReason;
        return `A proxy compresses answers (${coding}) and holds streams back, so this tab asks every moment instead. Let it leave text/event-stream as it is.`;
      },
    };
  }
}
