/** When an event happened and when Segment had it, as the server reads it of a delivery: the rules of `conformance/times.json`. */

/** Two honest clocks may differ by so much, milliseconds. */
export const TOLERANCE = 60_000;
/** Characters; no spelling of a time is longer. */
const LONGEST = 64;
const SHAPE = /^(\d{4,6})-(\d{1,2})-(\d{1,2})(?:[Tt ]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d{1,18}))?)?)? ?(?:[Zz]|UTC|GMT|([+-])(\d{2}):?(\d{2})?)?$/;
const NUMBER = /^\d{9,19}(?:\.\d{1,9})?$/;
/** A number is of seconds below the first, of milliseconds below the second, of microseconds below the third, else of nanoseconds. */
const UNITS: readonly (readonly [limit: number, perMillisecond: number])[] = [[1e11, 0.001], [1e14, 1], [1e17, 1_000], [1e19, 1_000_000]];
/** A zone may bring the last hours of 1969 into 1970; no four digits mean a year after the latest. */
const [EARLIEST_YEAR, LATEST_YEAR] = [1_969, 9_999];

/** Milliseconds since 1970, null where `text` stands for no time; what lies before 1970 is how Go writes an unset one. */
export function parseTime(text: unknown): number | null {
  if (typeof text === "number") return ofNumber(text);
  if (typeof text !== "string" || text.length > LONGEST) return null;
  const found = SHAPE.exec(text.trim());
  if (found === null) return NUMBER.test(text.trim()) ? ofNumber(Number(text)) : null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part) => Number((part as string | undefined) ?? 0));
  const [fraction = "", sign = "", zoneHours = "0", zoneMinutes = "0"] = found.slice(7);
  if (year < EARLIEST_YEAR || year > LATEST_YEAR || month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate() || hour > 23 || minute > 59 || second > 60) return null;
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === "-" ? -60_000 : 60_000);
  const ms = Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59), Number(fraction.padEnd(3, "0").slice(0, 3))) - offset;
  return ms >= 0 ? ms : null;
}

type Timed = Readonly<Record<string, unknown>>;

/** When Segment had it, undefined where it does not say. */
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
  const [own, sent, had] = [parseTime(event["originalTimestamp"]), parseTime(event["sentAt"]), received(event)];
  return own !== null && sent !== null && had !== undefined ? had - (sent - own) : own;
}

function ofNumber(value: number): number | null {
  if (!(value >= 1e8)) return null;
  const unit = UNITS.find(([limit]) => value < limit);
  return unit === undefined ? null : Math.floor(value / unit[1]);
}
