/** Times of an event, as the server reads them of a delivery: the rules of
 * `conformance/times.json`.
 */

/** Two honest clocks may differ by so much, milliseconds. */
export const TOLERANCE = 60_000;
/** Characters; no spelling of a time is longer. */
const LONGEST = 64;
const SHAPE = /^(\d{4,6})-(\d{1,2})-(\d{1,2})(?:[Tt ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,18}))?)?(?: ?([AaPp])\.?[Mm]\.?)?)? ?(?:[Zz]|UTC|GMT|([+-])(\d{2}):?(\d{2})?)?$/;
const NUMBER = /^\d{9,19}(?:\.\d{1,9})?$/;
/** A number is of seconds below the first, of milliseconds below the second, of microseconds below
 * the third, else of nanoseconds.
 */
const UNITS: readonly (readonly [limit: number, perMillisecond: number])[] = [[1e11, 0.001], [1e14, 1], [1e17, 1_000], [1e19, 1_000_000]];
const LATEST_YEAR = 9_999;
/** Milliseconds that may lie between two stamps of one device; an unset stamp is further from a set
 * one.
 */
const ONE_CALENDAR = 366 * 86_400_000;

/** Milliseconds since 1970, null if `text` is not a time; times before 1970 are how Go writes an
 * unset one.
 */
export function parseTime(text: unknown): number | null {
  const ms = reading(text);
  return ms !== null && ms >= 0 ? ms : null;
}

/** What `text` reads as, which a clock of another calendar may put before 1970. */
function reading(text: unknown): number | null {
  if (typeof text === "number") return ofNumber(text);
  if (typeof text !== "string" || text.length > LONGEST) return null;
  const plain = text.trim().replace(/[\u0080-\u{10ffff}]/gu, digit);
  const found = SHAPE.exec(plain);
  if (found === null) return NUMBER.test(plain) ? ofNumber(Number(plain)) : null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part) => Number((part as string | undefined) ?? 0));
  const [fraction = "", half = "", sign = "", zoneHours = "0", zoneMinutes = "0"] = found.slice(7);
  if (year < 1 || year > LATEST_YEAR || month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > (half === "" ? 23 : 12) || minute > 59 || second > 60) return null;
  const hours = half === "" ? hour : (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === "-" ? -60_000 : 60_000);
  return utc(year, month - 1, day) + ((hours * 60 + minute) * 60 + Math.min(second, 59)) * 1_000 + Number(fraction.padEnd(3, "0").slice(0, 3)) - offset;
}

/** As `Date.UTC`, which moves the years up to 99 to the 1900s. */
function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day);
}

function daysOf(year: number, month: number): number {
  return new Date(utc(year, month, 0)).getUTCDate();
}

/** A decimal digit of any script as its ASCII twin: in every block the zero's code ends in 0 or 6.
 */
function digit(sign: string): string {
  const code = sign.codePointAt(0) ?? 0;
  if (!/\p{Nd}/u.test(sign)) return sign;
  const start = code - (code % 16);
  return String(code - (/\p{Nd}/u.test(String.fromCodePoint(start)) ? start : start + 6));
}

type Timed = Readonly<Record<string, unknown>>;

/** When Segment received it, undefined if absent. */
export function received(event: Timed): number | undefined {
  return parseTime(event["receivedAt"]) ?? undefined;
}

/** When it happened; one without a time, or from the future, happened as it arrived. */
export function occurredAt(event: Timed, now: number): number {
  const at = parseTime(event["timestamp"]) ?? original(event) ?? received(event) ?? now;
  return at < 0 || at > now + TOLERANCE ? now : at;
}

/** By the sender's clock, corrected as Segment corrects it. */
function original(event: Timed): number | null {
  return happened(event["originalTimestamp"], event["sentAt"], received(event));
}

/** When an event happened: the difference of two stamps of one clock is right in any calendar. */
export function happened(own: unknown, sent: unknown, had: number | undefined): number | null {
  const [at, sentAt] = [reading(own), reading(sent)];
  if (at === null) return null;
  if (had !== undefined && sentAt !== null && (Math.min(at, sentAt) >= 0 || Math.abs(sentAt - at) <= ONE_CALENDAR)) return had - (sentAt - at);
  return at >= 0 ? at : null;
}

function ofNumber(value: number): number | null {
  if (!(value >= 1e8)) return null;
  const unit = UNITS.find(([limit]) => value < limit);
  return unit === undefined ? null : Math.floor(value / unit[1]);
}
