/** The edge of the engine: text from the wire becomes a frame, or a `Problem` that says where it is wrong. Nothing here throws. */
import { type Problem, isProblem, problem } from "./problem.ts";
import { type Check, finite, flag, isRecord, list, maybe, moment, oneOf, record, shape, text, whole } from "./shape.ts";
import type { TapMessage } from "./tap.ts";
import { weigh } from "./weigh.ts";
import type { CarriedEvent, Frame } from "./wire.gen.ts";

/** Longest frame, characters. */
const LONGEST_FRAME = 16_000_000;
/** Largest message of a page, bytes in memory: Segment itself takes 32 kB, and a page is not trusted. */
const LARGEST_MESSAGE = 256_000;
const MOST_EVENTS = 20_000;
const MOST_NAMES = 20_000;
const TYPES = oneOf("track", "page", "screen", "identify", "group", "alias", "delete");

const scalar: Check = (value) => (value === null || typeof value === "boolean" ? null : typeof value === "number" ? finite(value) : text(value));
const value: Check = (one) => (Array.isArray(one) ? list(scalar, 1000)(one) : scalar(one));
const properties = record(value, 500);
const tokens = list(shape({ kind: text, token: text }), 32);
const absent = () => undefined;
const perhaps = (check: Check): Check => (value) => (value === undefined ? null : check(value));
const none = () => [];
const empty = () => ({});
const zero = () => 0;

/** What a carried event must be. */
export const event = shape(
  {
    id: text, type: TYPES, name: text, occurred_at: moment, arrived_at: moment, segment_received_at: maybe(moment), source: text, traces: tokens,
    nodes: list(text, 1000), properties, flags: list(text, 20), offset: perhaps(whole),
  },
  { segment_received_at: () => null, traces: none, nodes: none, properties: empty, flags: none, offset: absent },
);

export const ledger = shape(
  { offered: whole, lit: whole, unmapped: whole, filtered: whole, missed: whole, carried: whole, thinned: whole, sampled_out: whole, forgotten: whole },
  { offered: zero, lit: zero, unmapped: zero, filtered: zero, missed: zero, carried: zero, thinned: zero, sampled_out: zero, forgotten: zero },
);
export const doors = record(shape({ received: whole, refused: record(whole, 50), rate_limited: whole, unwatched: whole, duplicate: whole, taken: whole, placeholder: perhaps(whole), shared_id: perhaps(whole) },
  { received: zero, refused: empty, rate_limited: zero, unwatched: zero, duplicate: zero, taken: zero, placeholder: absent, shared_id: absent }), 500);
export const posture = shape(
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
  hello: shape({ watch_session_id: text, position: text, graph_version: text, started_at: moment, sampling: finite, posture, ledger: doors, protocol: whole }, { ledger: empty, protocol: zero }),
  batch: shape(
    { from: text, position: text, counts: record(whole, MOST_NAMES), unmapped: record(whole, MOST_NAMES), other: whole, events: list(() => null, MOST_EVENTS), threshold: finite, ledger },
    { counts: empty, unmapped: empty, other: zero, events: none, threshold: () => 1, ledger: () => ({ offered: 0, lit: 0, unmapped: 0, filtered: 0, missed: 0, carried: 0, thinned: 0, sampled_out: 0, forgotten: 0 }) },
  ),
  gap: shape({ from: text, to: text, missed: maybe(whole), reason: text }, { missed: () => null, reason: () => "" }),
  change: shape({ graph_version: text, policy_version: text, sampling: finite, posture, since: text }, { since: () => "" }),
  forget: shape({ tokens: list(text, 10_000) }),
  beat: shape({ now: text, position: text, ledger: doors }, { ledger: empty }),
  bye: shape({ reason: text, retry_after: maybe(finite) }, { reason: () => "", retry_after: () => null }),
};

const tap = shape(
  {
    messageId: text, type: TYPES, name: text, names: list(text, 20), occurredAt: finite, stage: oneOf("called", "enriched", "delivered", "failed", "dropped"),
    traces: tokens, properties,
  },
  { names: none, traces: none, properties: empty },
);
const tapExtras = shape(
  { reason: perhaps(text), traits: perhaps(properties), page: perhaps(text), at: perhaps(finite), calledAt: perhaps(finite), replaces: perhaps(text) },
  { reason: absent, traits: absent, page: absent, at: absent, calledAt: absent, replaces: absent },
);

/** Reads one frame. */
export function parseFrame(source: string): Frame | Problem {
  if (source.length > LONGEST_FRAME) return problem("too_large", "A frame is too large", `It has ${source.length} characters.`);
  const read = readJson(source);
  return isProblem(read) ? read : checkFrame(read);
}

/** Checks a value that should be a frame. An event that is wrong is left out of its frame: the counts do not need it. Writes into `read`. */
export function checkFrame(read: unknown): Frame | Problem {
  const op = isRecord(read) && typeof read.op === "string" && Object.hasOwn(FRAMES, read.op) ? (read.op as Frame["op"]) : null;
  if (op === null) return problem("invalid", "A frame cannot be read", "It has no known `op`.");
  const wrong = FRAMES[op](read);
  if (wrong !== null) return problem("invalid", "A frame cannot be read", `${op}${wrong}`);
  const frame = read as Frame;
  if (frame.op === "batch" && !frame.events.every((one) => event(one) === null))
    return { ...frame, events: frame.events.filter((one: CarriedEvent) => event(one) === null) };
  return frame;
}

/** Checks what a page says its tap heard. Writes into `read`. */
export function checkTap(read: unknown): TapMessage | Problem {
  const wrong = tap(read) ?? tapExtras(read);
  if (wrong !== null) return problem("invalid", "A message of the tap cannot be read", `message${wrong}`);
  const message = read as TapMessage & Record<string, unknown>;
  for (const key of ["reason", "traits", "page", "at", "calledAt", "replaces", "nodes"]) if (message[key] === undefined || key === "nodes") Reflect.deleteProperty(message, key);
  if (weigh(message) > LARGEST_MESSAGE) return problem("too_large", "A message of the tap is too large", `It takes about ${weigh(message)} bytes.`);
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
