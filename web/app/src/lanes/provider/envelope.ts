/** Reads what a function in Segment published: nothing of it is believed before it has been looked at. */
import { type Check, finite, isRecord, list, oneOf, record, object, text, whole } from "@dagnet-realtime/engine/validation";
import type { Properties } from "@dagnet-realtime/engine/matching";
import type { FrameEvent, Token } from "@dagnet-realtime/engine/wire.gen";

/** One event as the function wrote it, with what it left out as empty. Times are milliseconds since 1970. */
export interface Envelope {
  readonly id: string;
  readonly type: FrameEvent["type"];
  readonly event: string;
  readonly name: string;
  readonly category: string;
  readonly at: number;
  readonly had: number;
  readonly received: number | null;
  readonly place?: number;
  readonly traces: readonly Token[];
  readonly properties: Properties;
  readonly traits: Properties;
  readonly flags: FrameEvent["flags"];
}

/** One message. `plan` is the version of the settings that it was made by; `wrong` counts what could not be read. */
export interface Published {
  readonly plan: string;
  readonly envelopes: readonly Envelope[];
  readonly forget: readonly string[];
  readonly wrong: number;
}

/** More than any provider lets through in one message. */
const MOST_EVENTS = 2_000;
const MOST_TOKENS = 100;

const scalar: Check = (value) => (value === null || typeof value === "boolean" ? null : typeof value === "number" ? finite(value) : text(value));
const properties = record((value) => (Array.isArray(value) ? list(scalar, 100)(value) : scalar(value)), 200);
const word: Check = (value) => (text(value) ?? ((value as string).length > 512 ? "is too long" : null));
const empty = (): string => "";
const nothing = (): object => ({});
const none = (): [] => [];

const envelope = object(
  {
    id: (value) => word(value) ?? (value === "" ? "is empty" : null), type: oneOf("track", "page", "screen", "identify", "group", "alias"), event: word, name: word, category: word, at: finite, had: finite,
    received: (value) => (value === null ? null : finite(value)), place: (value) => (value === undefined ? null : whole(value)), traces: list(object({ kind: word, token: word }), 32), properties, traits: properties,
    flags: list(oneOf("late", "replayed", "violation", "test", "placeholder", "shared_id"), 8),
  },
  { event: empty, name: empty, category: empty, received: () => null, place: () => undefined, traces: none, properties: nothing, traits: nothing, flags: none },
);
const forgetting = list(word, MOST_TOKENS);

/** Reads one message; null where it is none of the function's. */
export function readPublished(value: unknown): Published | null {
  if (!isRecord(value) || !Array.isArray(value["events"]) || value["events"].length > MOST_EVENTS) return null;
  const envelopes: Envelope[] = [];
  const forget: string[] = [];
  let wrong = 0;
  for (const one of value["events"] as unknown[]) {
    if (isRecord(one) && forgetting(one["forget"]) === null) forget.push(...(one["forget"] as string[]));
    else if (envelope(one) === null) envelopes.push(one as Envelope);
    else wrong += 1;
  }
  return { plan: String(value["plan"]).slice(0, 64), envelopes, forget, wrong };
}
