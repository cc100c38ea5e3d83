/** Copies the needed parts of an event before the page can change it. The copy is bounded, however
 * large the page's own values are.
 */
import { safely } from "./safely.ts";
import type { EventType, SdkEvent } from "./sdk.ts";

export type Scalar = string | number | boolean | null;
/** A plain value: nested no deeper than `DEPTH`, without cycles. */
export type Plain = Scalar | readonly Scalar[] | PlainRecord;
export interface PlainRecord {
  readonly [key: string]: Plain;
}

const TEXTS = ["messageId", "event", "name", "category", "userId", "anonymousId", "previousId", "groupId"] as const;
/** In the order of their worth, should they be too much. */
const PARTS = ["properties", "traits", "integrations", "context"] as const;
type Texts = { readonly [K in (typeof TEXTS)[number]]: string | null };
export type Parts = { readonly [K in (typeof PARTS)[number]]: PlainRecord };

/** One message as the page made it, not yet redacted; it stays in the page. Times are milliseconds
 * since 1970: `occurredAt` the call, `at` this reading. `weight` is about its number of
 * characters.
 */
export interface Snapshot extends Texts, Parts {
  readonly type: EventType;
  readonly occurredAt: number;
  readonly at: number;
  readonly weight: number;
}

/** Keys in a path that can be kept. */
const DEPTH = 4;
/** Characters read of a text: four times what redaction keeps, so that nothing personal is cut in
 * half; and of a key.
 */
const LONGEST = 1_024;
const LONGEST_KEY = 256;
/** Characters of an identifier or name that count. */
const LONGEST_ID = 512;
/** Scalars read of a list, and elements scanned for them. */
const MAX_LIST = 20;
const MAX_LIST_SCANNED = 1_000;
/** Values and characters read of one message. */
const VALUES = 500;
const CHARACTERS = 32_768;

/** What may still be read: values, characters. */
type Left = [values: number, characters: number];

/** Reads a message. `calledAt` is the time of the call, if it is known better than the SDK knows
 * it.
 */
export function read(event: SdkEvent, type: EventType, at: number, calledAt?: number): Snapshot {
  const left: Left = [VALUES, CHARACTERS];
  const texts = Object.fromEntries(TEXTS.map((key) => [key, safely(() => textOf(event[key])) ?? null])) as unknown as Texts;
  const parts = Object.fromEntries(PARTS.map((key) => [key, safely(() => record(event[key] ?? {}, 1, left)) ?? {}])) as unknown as Parts;
  return { ...texts, ...parts, type, occurredAt: calledAt ?? (safely(() => Number(new Date(event.timestamp as Date))) || at), at, weight: CHARACTERS - left[1] };
}

/** A text or number as text, null for anything else and for nothing. */
export function textOf(value: unknown): string | null {
  return (typeof value === "string" && value.slice(0, LONGEST_ID)) || (typeof value === "number" && isFinite(value) ? String(value) : null);
}

function record(value: object, depth: number, left: Left): PlainRecord {
  const out: Record<string, Plain> = {};
  for (const key of Object.keys(value)) {
    if (left[0] <= 0 || left[1] <= 0) break;
    if (key.length > LONGEST_KEY || key === "__proto__") continue;
    left[0] -= 1;
    left[1] -= key.length;
    const copied = safely(() => copy((value as Record<string, unknown>)[key], depth, left));
    if (copied !== undefined) out[key] = copied;
  }
  return out;
}

/** `value` as JSON would have it, as far as it can be kept; undefined if nothing can. */
function copy(value: unknown, depth: number, left: Left): Plain | undefined {
  const plain = scalar(value, left);
  if (plain !== undefined) return plain;
  if (Array.isArray(value)) return scalars(value, left);
  // A DOM element reaches the whole page; no server ever gets one.
  return isRecord(value) && depth < DEPTH && !("nodeType" in value || "window" in value) ? record(value, depth + 1, left) : undefined;
}

function scalars(values: readonly unknown[], left: Left): readonly Scalar[] | undefined {
  const out: Scalar[] = [];
  for (let i = 0; i < values.length && i < MAX_LIST_SCANNED && out.length < MAX_LIST; i++) {
    const one = safely(() => scalar(values[i], left));
    if (one !== undefined) out.push(one);
  }
  return out.length || !values.length ? out : undefined;
}

function scalar(value: unknown, left: Left): Scalar | undefined {
  if (typeof value === "string") {
    const text = value.slice(0, LONGEST);
    left[1] -= text.length;
    return text;
  }
  if (typeof value === "number") return isFinite(value) ? value : null;
  if (typeof value === "boolean" || value === null) return value;
  return value instanceof Date ? (safely(() => value.toISOString()) ?? null) : undefined;
}

export function isRecord(value: unknown): value is PlainRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
