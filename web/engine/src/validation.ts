/** Validation of frames and tap messages; nothing here throws. */
import { isProblem, type Problem, problem } from "./problem.ts";
import { sizeOf } from "./size.ts";
import type { TapMessage } from "./tapMessage.ts";
import type { FrameEvent, Frame } from "./wire.gen.ts";

// Checks of values against a shape: where it is wrong; defaults are filled in.

/** Null if `value` is valid, else what is wrong, with its path. */
export type Check = (value: unknown) => string | null;

/** Longest text anywhere on the wire. */
const LONGEST = 20_000;

export const text: Check = (value) => (typeof value === "string" && value.length <= LONGEST ? null : "is not text");
export const flag: Check = (value) => (typeof value === "boolean" ? null : "is not true or false");
export const finite: Check = (value) => (typeof value === "number" && Number.isFinite(value) ? null : "is not a number");
export const whole: Check = (value) => (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? null : "is not a count");
export const moment: Check = (value) => (typeof value === "string" && value.length <= 40 && !Number.isNaN(Date.parse(value)) ? null : "is not a time");

export const maybe = (check: Check): Check => (value) => (value === null ? null : check(value));

export const oneOf = (...words: readonly string[]): Check => (value) => (typeof value === "string" && words.includes(value) ? null : `is not one of ${words.join(", ")}`);

export const list = (check: Check, most: number): Check => (value) => {
  if (!Array.isArray(value)) return "is not a list";
  if (value.length > most) return `has more than ${most} elements`;
  for (let i = 0; i < value.length; i++) {
    const wrong = check(value[i]);
    if (wrong !== null) return `[${i}]${joinPath(wrong)}`;
  }
  return null;
};

export const record = (check: Check, most: number): Check => (value) => {
  if (!isRecord(value)) return "is not an object";
  const entries = Object.entries(value);
  if (entries.length > most) return `has more than ${most} entries`;
  for (const [key, one] of entries) {
    const wrong = key.length > LONGEST ? "has too long a key" : check(one);
    if (wrong !== null) return `.${key.slice(0, 80)}${joinPath(wrong)}`;
  }
  return null;
};

/** A record of named fields; those with a default may be absent and are then filled in. Fields
 * without a name here are let be.
 */
export const object = (fields: Readonly<Record<string, Check>>, defaults: Readonly<Record<string, () => unknown>> = {}): Check => {
  const named = Object.entries(fields);
  return (value) => {
    if (!isRecord(value)) return "is not an object";
    for (const [key, check] of named) {
      if (!Object.hasOwn(value, key)) {
        const absent = defaults[key];
        if (absent === undefined) return `.${key} is missing`;
        value[key] = absent();
        continue;
      }
      const wrong = check(value[key]);
      if (wrong !== null) return `.${key}${joinPath(wrong)}`;
    }
    return null;
  };
};

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function joinPath(wrong: string): string {
  return wrong.startsWith("[") || wrong.startsWith(".") ? wrong : ` ${wrong}`;
}

// Frames and messages: text becomes a frame, or a `Problem` with the place of the fault.

/** Longest frame, characters. */
const LONGEST_FRAME = 16_000_000;
/** Largest message of a page, bytes in memory: Segment itself takes 32 kB, and a page is not
 * trusted.
 */
const LARGEST_MESSAGE = 256_000;
const MOST_EVENTS = 20_000;
const MOST_NAMES = 20_000;
const TYPES = oneOf("track", "page", "screen", "identify", "group", "alias", "delete");

const scalar: Check = (value) => (value === null || typeof value === "boolean" ? null : typeof value === "number" ? finite(value) : text(value));
const value: Check = (one) => (Array.isArray(one) ? list(scalar, 1000)(one) : scalar(one));
const properties = record(value, 500);
const tokens = list(object({ kind: text, token: text }), 32);
const absent = () => undefined;
const perhaps = (check: Check): Check => (value) => (value === undefined ? null : check(value));
const none = () => [];
const empty = () => ({});
const zero = () => 0;

/** What a carried event must be. */
export const event = object(
  {
    id: text, type: TYPES, name: text, occurred_at: moment, arrived_at: moment, segment_received_at: maybe(moment), source: text, traces: tokens,
    nodes: list(text, 1000), properties, flags: list(text, 20), offset: perhaps(whole),
  },
  { segment_received_at: () => null, traces: none, nodes: none, properties: empty, flags: none, offset: absent },
);

export const ledger = object(
  { offered: whole, lit: whole, unmapped: whole, filtered: whole, missed: whole, carried: whole, thinned: whole, sampled_out: whole, forgotten: whole },
  { offered: zero, lit: zero, unmapped: zero, filtered: zero, missed: zero, carried: zero, thinned: zero, sampled_out: zero, forgotten: zero },
);
export const doors = record(object({ received: whole, refused: record(whole, 50), rate_limited: whole, unwatched: whole, duplicate: whole, taken: whole, placeholder: perhaps(whole), shared_id: perhaps(whole), gaps: perhaps(whole) },
  { received: zero, refused: empty, rate_limited: zero, unwatched: zero, duplicate: zero, taken: zero, placeholder: absent, shared_id: absent, gaps: absent }), 500);
export const posture = object(
  {
    identity: text, sample: finite, carried_per_second: finite, dedupe_window: finite, dedupe_entries: finite, retention: finite, properties: list(text, 10_000), deny: list(text, 10_000), trace: list(text, 100),
    redacted: flag, exact_counts: flag, filtered: oneOf("browser", "server"), notes: list(text, 100),
  },
  {
    identity: () => "token", sample: () => 1, carried_per_second: () => 500, dedupe_window: () => 14_400, dedupe_entries: () => 1_000_000, retention: () => 900,
    properties: none, deny: none, trace: none, redacted: () => true, exact_counts: () => true, filtered: () => "server", notes: none,
  },
);

const FRAMES: Readonly<Record<Frame["op"], Check>> = {
  hello: object({ watch_session_id: text, position: text, graph_version: text, started_at: moment, sampling: finite, posture, ledger: doors, protocol: whole }, { ledger: empty, protocol: zero }),
  batch: object(
    { from: text, position: text, counts: record(whole, MOST_NAMES), unmapped: record(whole, MOST_NAMES), other: whole, events: list(() => null, MOST_EVENTS), threshold: finite, ledger },
    { counts: empty, unmapped: empty, other: zero, events: none, threshold: () => 1, ledger: () => ({ offered: 0, lit: 0, unmapped: 0, filtered: 0, missed: 0, carried: 0, thinned: 0, sampled_out: 0, forgotten: 0 }) },
  ),
  gap: object({ from: text, to: text, missed: maybe(whole), reason: text }, { missed: () => null, reason: () => "" }),
  change: object({ graph_version: text, policy_version: text, sampling: finite, posture, since: text }, { since: () => "" }),
  forget: object({ tokens: list(text, 10_000) }),
  beat: object({ now: text, position: text, ledger: doors }, { ledger: empty }),
  bye: object({ reason: text, retry_after: maybe(finite) }, { reason: () => "", retry_after: () => null }),
};

const tap = object(
  {
    messageId: text, type: TYPES, name: text, names: list(text, 20), occurredAt: finite, stage: oneOf("called", "enriched", "delivered", "failed", "dropped"),
    traces: tokens, properties,
  },
  { names: none, traces: none, properties: empty },
);
const tapExtras = object(
  { reason: perhaps(text), traits: perhaps(properties), page: perhaps(text), at: perhaps(finite), calledAt: perhaps(finite), replaces: perhaps(text) },
  { reason: absent, traits: absent, page: absent, at: absent, calledAt: absent, replaces: absent },
);

/** Reads one frame. */
export function parseFrame(source: string): Frame | Problem {
  if (source.length > LONGEST_FRAME) return problem("too_large", "A frame is too large", `It has ${source.length} characters.`);
  const read = readJson(source);
  return isProblem(read) ? read : checkFrame(read);
}

/** Checks a value that should be a frame. An event that is wrong is left out of its frame: the
 * counts do not need it. Writes into `read`.
 */
export function checkFrame(read: unknown): Frame | Problem {
  const op = isRecord(read) && typeof read.op === "string" && Object.hasOwn(FRAMES, read.op) ? (read.op as Frame["op"]) : null;
  if (op === null) return problem("invalid", "A frame cannot be read", "It has no known `op`.");
  const wrong = FRAMES[op](read);
  if (wrong !== null) return problem("invalid", "A frame cannot be read", `${op}${wrong}`);
  const frame = read as Frame;
  if (frame.op === "batch" && !frame.events.every((one) => event(one) === null))
    return { ...frame, events: frame.events.filter((one: FrameEvent) => event(one) === null) };
  return frame;
}

/** Checks a message of the tap, which a page may forge. Writes into `read`. */
export function checkTap(read: unknown): TapMessage | Problem {
  const wrong = tap(read) ?? tapExtras(read);
  if (wrong !== null) return problem("invalid", "A message of the tap cannot be read", `message${wrong}`);
  const message = read as TapMessage & Record<string, unknown>;
  for (const key of ["reason", "traits", "page", "at", "calledAt", "replaces", "nodes"]) if (message[key] === undefined || key === "nodes") Reflect.deleteProperty(message, key);
  if (sizeOf(message) > LARGEST_MESSAGE) return problem("too_large", "A message of the tap is too large", `It takes about ${sizeOf(message)} bytes.`);
  return message.messageId === "" ? problem("invalid", "A message of the tap cannot be read", "message.messageId is empty") : message;
}

/** JSON as it is, or why it is none. */
export function readJson(source: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    return problem("invalid", "This is not JSON", `It begins with “${source.slice(0, 40)}”.`);
  }
}
