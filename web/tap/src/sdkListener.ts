/** Listens to one instance of the SDK and reports each stage of each message once. */
import { textOf } from "./read.ts";
import { safely } from "./safely.ts";
import { EVENT_TYPES, type Sdk, type SdkContext, type SdkEvent } from "./sdk.ts";

// Delivery: no event of the SDK reports its retries or its batches, so the requests of its
// destination are observed.

/** Messages that wait for the answer to their request. */
const MAX_WAITING = 1_000;
const MESSAGE_ID = /"messageId":"([^"\\]+)/g;
/** Paths to which the SDK posts a message of each type, and a batch. */
const ROUTE = /\/[tpsigab]$/;

/** Observes the destination, once it is there: returns the contexts that passed, undefined if there
 * is no destination yet. Its methods keep their behaviour and results.
 */
export function watchDestination(sdk: Sdk, report: ReportStage): WeakSet<object> | undefined {
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
      report(context, "enriched");
      return send.call(this, context, ...rest) as unknown;
    };
  }
  watchRequests(waiting, report);
  return came;
}

/** Observes the page's `fetch`, which the SDK calls anew for each request. */
function watchRequests(waiting: Map<unknown, SdkContext>, report: ReportStage): void {
  const { fetch } = globalThis;
  globalThis.fetch = function (this: unknown, ...args: Parameters<typeof fetch>): Promise<Response> {
    const answer = fetch.apply(this as typeof globalThis, args);
    safely(() => {
      const [url, { body = null } = {}] = args;
      if (!waiting.size || typeof body !== "string" || !ROUTE.test(url as string)) return;
      const sent = [...body.matchAll(MESSAGE_ID)].flatMap(([, id]) => waiting.get(id) ?? []);
      const fail = (reason: string): void => { for (const context of sent) report(context, "failed", reason); };
      answer.then(
        ({ status }) => {
          if (status >= 400) fail(`the answer was ${status}`);
          else
            for (const context of sent) {
              waiting.delete(context.event?.messageId);
              report(context, "delivered");
            }
        },
        (problem: unknown) => { fail(reasonOf(problem)); },
      );
    });
    return answer;
  };
}

/** Reason, in the words of what was thrown. */
export function reasonOf(problem: unknown): string {
  const { reason, message } = Object(problem) as { reason?: unknown; message?: unknown };
  return textOf(reason) ?? textOf(message) ?? "";
}

// Listener: it never throws into the page and never changes an event.

export type Stage = "called" | "enriched" | "delivered" | "failed" | "dropped";
export type OnStage = (event: SdkEvent, stage: Stage, reason?: string) => void;
/** Reports a stage of a context; never throws, even if the context is missing or malformed. */
export type ReportStage = (context: SdkContext | undefined, stage: Stage, reason?: string) => void;

/** Messages whose stages are remembered, in each of two generations. */
const REMEMBERED = 2_000;
const BITS: Readonly<Record<Stage, number>> = { called: 1, enriched: 2, delivered: 4, failed: 8, dropped: 16 };

/** An `OnStage` that passes each stage of a message once; a failure after delivery is ignored. */
export function oncePerStage(onStage: OnStage): OnStage {
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
    onStage(event, stage, reason);
  };
}

/** Listens to `sdk` by its events; if it has none, by a plugin. `ready` is called when it begins to
 * replay early calls.
 */
export function listenTo(sdk: Sdk, onStage: OnStage, ready: () => void = () => undefined): void {
  const report: ReportStage = (context, stage, reason) => {
    safely(() => {
      if (context?.event) onStage(context.event, stage, reason);
    });
  };
  if (!sdk.queue?.on || !sdk.on) {
    sdk.register?.(plugin(report));
    return;
  }
  let sending: WeakSet<object> | undefined;
  const find = (): void => { sending ??= safely(() => watchDestination(sdk, report)); };
  find();
  // Its destination stands by then, and has not begun to send what an earlier page left.
  sdk.on("initialize", () => {
    find();
    safely(ready);
  });
  sdk.on("dispatch_start", (context: SdkContext) => {
    find();
    report(context, "called");
  });
  sdk.queue.on("message_enriched", (context: SdkContext) => {
    find();
    // If the SDK's own destination is observed, it reports the message as it leaves.
    if (!sending) report(context, "enriched");
  });
  sdk.queue.on("delivery_failure", (context: SdkContext, problem: unknown) => {
    report(context, isCancellation(problem) ? "dropped" : "failed", reasonOf(problem));
  });
  sdk.queue.on("delivery_success", (context: SdkContext) => {
    if (sending && !sending.has(context)) report(context, "dropped", "left out");
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
