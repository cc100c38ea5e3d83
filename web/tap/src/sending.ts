/** Hears what becomes of messages at the SDK's own destination: no event of the SDK tells of its retries, nor of its batches, so their requests are listened to. */
import type { Say } from "./hear.ts";
import { quietly } from "./quietly.ts";
import { textOf } from "./read.ts";
import { EVENT_TYPES, type Sdk, type SdkContext } from "./sdk.ts";

/** Messages that wait for the answer to their request. */
const WAITING = 1_000;
const MESSAGE_ID = /"messageId":"([^"\\]+)/g;
/** Where the SDK posts a message of each type, and a batch. */
const ROUTE = /\/[tpsigab]$/;

/** Listens at the destination, once it is there: answers the contexts that came by, undefined where there is no destination yet. What its methods do and
 * return is left as it is. */
export function watchSending(sdk: Sdk, say: Say): WeakSet<object> | undefined {
  const sender = sdk.queue?.plugins?.find(({ name }) => name === "Segment.io");
  if (!sender) return undefined;
  const came = new WeakSet();
  const waiting = new Map<unknown, SdkContext>();
  for (const type of EVENT_TYPES) {
    const send = sender[type];
    if (typeof send !== "function") continue;
    sender[type] = function (this: unknown, context: SdkContext, ...rest: unknown[]): unknown {
      quietly(() => {
        came.add(context);
        if (waiting.size > WAITING) waiting.clear();
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
function watchRequests(waiting: Map<unknown, SdkContext>, say: Say): void {
  const { fetch } = globalThis;
  globalThis.fetch = function (this: unknown, ...args: Parameters<typeof fetch>): Promise<Response> {
    const answer = fetch.apply(this as typeof globalThis, args);
    quietly(() => {
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
