/** Listens to one instance of the SDK and reports each stage of each message once. */
import { textOf } from "./read.ts";
import { safely } from "./safely.ts";
import { EVENT_TYPES, type Sdk, type SdkContext, type SdkEvent } from "./sdk.ts";

// Hears what becomes of messages at the SDK's own destination: no event of the SDK tells of its
// retries, nor of its batches, so their requests are listened to.

/** Messages that wait for the answer to their request. */
const MAX_WAITING = 1_000;
const MESSAGE_ID = /"messageId":"([^"\\]+)/g;
/** Where the SDK posts a message of each type, and a batch. */
const ROUTE = /\/[tpsigab]$/;

/** Listens at the destination, once it is there: answers the contexts that came by, undefined where there is no destination yet. What its methods do and
 * return is left as it is. */
export function watchDestination(sdk: Sdk, say: ReportStage): WeakSet<object> | undefined {
  const sender = sdk.queue?.plugins?.find(({ name }) => name === "Segment.io");
  if (!sender) return undefined;
  const came = new WeakSet();
  const waiting = new Map<unknown, SdkContext>();
  for (const type of EVENT_TYPES) {
    const send = sender[type];
    if (typeof send !== "function") continue;
    sender[type] = function (this: unknown, context: SdkContext, ...rest: unknown[]): unknown {
      safely(() => {
        came.add(context);
        if (waiting.size > MAX_WAITING) waiting.clear();
        waiting.set(context.event?.messageId, context);
      });
      say(context, "enriched");
      return send.call(this, context, ...rest) as unknown;
    };
  }
  watchRequests(waiting, say);
  return came;
}

/** Listens to the page's `fetch`, which the SDK calls anew for each request. */
function watchRequests(waiting: Map<unknown, SdkContext>, say: ReportStage): void {
  const { fetch } = globalThis;
  globalThis.fetch = function (this: unknown, ...args: Parameters<typeof fetch>): Promise<Response> {
    const answer = fetch.apply(this as typeof globalThis, args);
    safely(() => {
      const [url, { body = null } = {}] = args;
      if (!waiting.size || typeof body !== "string" || !ROUTE.test(url as string)) return;
      const sent = [...body.matchAll(MESSAGE_ID)].flatMap(([, id]) => waiting.get(id) ?? []);
      const fail = (reason: string): void => { for (const context of sent) say(context, "failed", reason); };
      answer.then(
        ({ status }) => {
          if (status >= 400) fail(`the answer was ${status}`);
          else
            for (const context of sent) {
              waiting.delete(context.event?.messageId);
              say(context, "delivered");
            }
        },
        (problem: unknown) => { fail(reasonOf(problem)); },
      );
    });
    return answer;
  };
}

/** Why, in the words of what was thrown. */
export function reasonOf(problem: unknown): string {
  const { reason, message } = Object(problem) as { reason?: unknown; message?: unknown };
  return textOf(reason) ?? textOf(message) ?? "";
}

// Listens to one instance of the SDK and tells each stage of each message once. It never throws
// into the page and never changes an event.

export type Stage = "called" | "enriched" | "delivered" | "failed" | "dropped";
export type OnStage = (event: SdkEvent, stage: Stage, reason?: string) => void;
/** Tells of a context, whatever it may be; never throws. */
export type ReportStage = (context: SdkContext | undefined, stage: Stage, reason?: string) => void;

/** Messages whose stages are remembered, in each of two generations. */
const REMEMBERED = 2_000;
const BITS: Readonly<Record<Stage, number>> = { called: 1, enriched: 2, delivered: 4, failed: 8, dropped: 16 };

/** A `Tell` that lets each stage of a message through once; a later failure of a delivered message is no news. */
export function oncePerStage(tell: OnStage): OnStage {
  let fresh = new Map<unknown, number>();
  let stale = new Map<unknown, number>();
  return (event, stage, reason) => {
    const id = event.messageId;
    if (!id) return;
    const seen = fresh.get(id) ?? stale.get(id) ?? 0;
    if (seen & (BITS[stage] | BITS.delivered)) return;
    fresh.set(id, seen | BITS[stage]);
    if (fresh.size > REMEMBERED) {
      stale = fresh;
      fresh = new Map();
    }
    tell(event, stage, reason);
  };
}

/** Listens to `sdk` by its events; where it has none, by a plugin. `ready` is called when it begins to replay early calls. */
export function listenTo(sdk: Sdk, tell: OnStage, ready: () => void = () => undefined): void {
  const say: ReportStage = (context, stage, reason) => {
    safely(() => {
      if (context?.event) tell(context.event, stage, reason);
    });
  };
  if (!sdk.queue?.on || !sdk.on) {
    sdk.register?.(plugin(say));
    return;
  }
  let sending: WeakSet<object> | undefined;
  const find = (): void => { sending ??= safely(() => watchDestination(sdk, say)); };
  find();
  // Its destination stands by then, and has not begun to send what an earlier page left.
  sdk.on("initialize", () => {
    find();
    safely(ready);
  });
  sdk.on("dispatch_start", (context: SdkContext) => {
    find();
    say(context, "called");
  });
  sdk.queue.on("message_enriched", (context: SdkContext) => {
    find();
    // Where the SDK's own destination is heard, that one tells the message as it leaves.
    if (!sending) say(context, "enriched");
  });
  sdk.queue.on("delivery_failure", (context: SdkContext, problem: unknown) => {
    say(context, isCancellation(problem) ? "dropped" : "failed", reasonOf(problem));
  });
  sdk.queue.on("delivery_success", (context: SdkContext) => {
    if (sending && !sending.has(context)) say(context, "dropped", "left out");
  });
}

/** How a middleware that does not call `next` ends a message. */
function isCancellation(problem: unknown): boolean {
  return (Object(problem) as { retry?: unknown }).retry === false;
}

function plugin(say: ReportStage): object {
  const report = (context: SdkContext): SdkContext => {
    say(context, "called");
    say(context, "enriched");
    return context;
  };
  const loaded = (): boolean => true;
  const hooks = Object.fromEntries(EVENT_TYPES.map((type) => [type, report]));
  return { name: "DagNet Realtime", type: "enrichment", isLoaded: loaded, load: loaded, ...hooks };
}
