/** When a message was called, and whether that was before On: the SDK keeps sending what it could not send, so a later stage may come at any time. */
import { look } from "./seen.ts";
import type { State } from "./state.ts";
import type { TapMessage } from "./tap.ts";

/** Ids of analytics.js say when they were made, in milliseconds since 1970. */
const MADE = /^ajs-next-(\d{13})-/;

/** Milliseconds since 1970 by the page's clock. A tap that did not see the call itself knows it by the message's id, else by its time, which a page may set. */
export function calledAt({ calledAt: told, stage, at, messageId, occurredAt }: TapMessage): number {
  if (told !== undefined) return told;
  if (stage === "called") return at ?? Infinity;
  return Number(MADE.exec(messageId)?.[1] ?? occurredAt);
}

/** Whether a message was called before On and is not to be counted. A further stage of one that is here is news of that one, whenever it was called. */
export function isEarly(state: State, message: TapMessage): boolean {
  if ([message.messageId, message.replaces ?? ""].some((id) => look(state.kept.seen, id) !== undefined)) return false;
  return calledAt(message) < state.startedAt;
}
