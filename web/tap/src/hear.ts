/** Listens to one instance of the SDK and tells each stage of each message once. It never throws into the page and never changes an event. */
import { quietly } from "./quietly.ts";
import { EVENT_TYPES, type Sdk, type SdkContext, type SdkEvent } from "./sdk.ts";
import { reasonOf, watchSending } from "./sending.ts";

export type Stage = "called" | "enriched" | "delivered" | "failed" | "dropped";
export type Tell = (event: SdkEvent, stage: Stage, reason?: string) => void;
/** Tells of a context, whatever it may be; never throws. */
export type Say = (context: SdkContext | undefined, stage: Stage, reason?: string) => void;

/** Messages whose stages are remembered, in each of two generations. */
const REMEMBERED = 2_000;
const BITS: Readonly<Record<Stage, number>> = { called: 1, enriched: 2, delivered: 4, failed: 8, dropped: 16 };

/** A `Tell` that lets each stage of a message through once; a later failure of a delivered message is no news. */
export function once(tell: Tell): Tell {
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
export function hear(sdk: Sdk, tell: Tell, ready: () => void = () => undefined): void {
  const say: Say = (context, stage, reason) => {
    quietly(() => {
      if (context?.event) tell(context.event, stage, reason);
    });
  };
  if (!sdk.queue?.on || !sdk.on) {
    sdk.register?.(plugin(say));
    return;
  }
  let sending: WeakSet<object> | undefined;
  const find = (): void => { sending ??= quietly(() => watchSending(sdk, say)); };
  find();
  // Its destination stands by then, and has not begun to send what an earlier page left.
  sdk.on("initialize", () => {
    find();
    quietly(ready);
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

function plugin(say: Say): object {
  const look = (context: SdkContext): SdkContext => {
    say(context, "called");
    say(context, "enriched");
    return context;
  };
  const loaded = (): boolean => true;
  const hooks = Object.fromEntries(EVENT_TYPES.map((type) => [type, look]));
  return { name: "DagNet Realtime", type: "enrichment", isLoaded: loaded, load: loaded, ...hooks };
}
