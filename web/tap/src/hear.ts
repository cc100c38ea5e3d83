/** Listens to one instance of the SDK and tells each stage of each message once. It never throws into the page and never changes an event. */
import { EVENT_TYPES, type Sdk, type SdkContext, type SdkEvent, type SdkPlugin } from "./sdk.ts";

export type Stage = "called" | "enriched" | "delivered" | "failed" | "dropped";
export type Tell = (event: SdkEvent, stage: Stage, reason?: string) => void;

/** Messages whose stages are remembered, in each of two generations. */
const REMEMBERED = 2_000;
const SENDING_FAILED = "Error sending event";
const BITS: Readonly<Record<Stage, number>> = { called: 1, enriched: 2, delivered: 4, failed: 8, dropped: 16 };

/** Runs `act` and swallows what it throws: a broken tap must not break the page. */
export function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** A `Tell` that lets each stage of a message through once; a later failure of a delivered message is no news. */
export function once(tell: Tell): Tell {
  let fresh = new Map<string, number>();
  let stale = new Map<string, number>();
  return (event, stage, reason) => {
    const id = event.messageId;
    if (typeof id !== "string") return;
    const seen = fresh.get(id) ?? stale.get(id) ?? 0;
    if (seen & (BITS[stage] | BITS.delivered)) return;
    fresh.set(id, seen | BITS[stage]);
    if (fresh.size > REMEMBERED) {
      stale = fresh;
      fresh = new Map();
    };
    tell(event, stage, reason);
  };
}

/** Listens to `sdk` by its events; where it has none, by a plugin. */
export function hear(sdk: Sdk, tell: Tell): void {
  const say = (context: SdkContext | undefined, stage: Stage, reason?: string): void => {
    quietly(() => {
      if (context?.event) tell(context.event, stage, reason);
    });
  };
  if (typeof sdk.queue?.on !== "function" || typeof sdk.on !== "function") {
    if (typeof sdk.register === "function") quietly(() => sdk.register?.(plugin(say)));
    return;
  }
  const called = (context: SdkContext): void => {
    quietly(() => { watchSending(sdk, say); });
    say(context, "called");
  };
  sdk.on("dispatch_start", called);
  sdk.queue.on("message_enriched", (context: SdkContext) => {
    quietly(() => { watchSending(sdk, say); });
    say(context, "enriched");
  });
  sdk.queue.on("delivery_failure", (context: SdkContext, problem: unknown) => {
    const cancelled = problem instanceof Error && problem.constructor.name === "ContextCancelation";
    say(context, cancelled || isCancellation(problem) ? "dropped" : "failed", reasonOf(problem));
  });
}

/** Wraps the sending methods of the SDK's own destination, whose retries no event tells of; what they return is left as it is. */
function watchSending(sdk: Sdk, say: (context: SdkContext, stage: Stage, reason?: string) => void): void {
  const sender = sdk.queue?.plugins?.find((one) => one.name === "Segment.io");
  if (!sender || sender["__dagnetTap"]) return;
  Object.defineProperty(sender, "__dagnetTap", { value: true });
  for (const type of EVENT_TYPES) wrap(sender, type, say);
}

function wrap(sender: SdkPlugin, type: string, say: (context: SdkContext, stage: Stage, reason?: string) => void): void {
  const send = sender[type];
  if (typeof send !== "function") return;
  sender[type] = (context: SdkContext, ...rest: unknown[]): unknown => {
    const before = failures(context).length;
    const sent: unknown = send.call(sender, context, ...rest);
    if (sent instanceof Promise) {
      sent.then(
        () => {
          const failed = failures(context);
          if (failed.length > before) say(context, "failed", reasonOf(failed.at(-1)));
          else if (navigator.onLine) say(context, "delivered");
        },
        (problem: unknown) => { say(context, "failed", reasonOf(problem)); },
      );
    }
    return sent;
  };
}

function failures(context: SdkContext): readonly unknown[] {
  const told = quietly(() => context.logs?.().filter((line) => line.message === SENDING_FAILED).map((line) => line.extras)) ?? [];
  const final = quietly(() => context.failedDelivery?.()?.reason);
  return final === undefined ? told : [...told, final];
}

function isCancellation(problem: unknown): boolean {
  return typeof problem === "object" && problem !== null && "type" in problem && "retry" in problem && problem.retry === false;
}

function reasonOf(problem: unknown): string {
  const text = quietly(() => (problem instanceof Error ? problem.message : typeof problem === "object" && problem !== null && "reason" in problem ? String(problem.reason) : ""));
  return (text ?? "").slice(0, 200);
}

function plugin(say: (context: SdkContext, stage: Stage) => void): object {
  const look = (context: SdkContext): SdkContext => {
    say(context, "called");
    say(context, "enriched");
    return context;
  };
  return { name: "DagNet Realtime tap", type: "enrichment", version: "0.1.0", isLoaded: () => true, load: () => Promise.resolve(), ...Object.fromEntries(EVENT_TYPES.map((type) => [type, look])) };
}
