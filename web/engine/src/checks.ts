/** Checks of untrusted values against a shape: where it is wrong; defaults are filled in. */

/** Null if `value` is valid, else what is wrong, with its path. */
export type Check = (value: unknown) => string | null;

/** A field: required, `[check, default]`, or `[check]` if it may be absent without one. */
export type Field = Check | readonly [Check] | readonly [Check, unknown];

/** Longest text anywhere on the wire. */
const LONGEST = 1_000_000;
/** Elements of a list and entries of a record at most, unless a smaller bound is named. */
const MOST = 20_000;

/** A string of at most a million characters. */
export const text: Check = (value) => (typeof value === "string" && value.length <= LONGEST ? null : "is not text");
/** A boolean. */
export const flag: Check = (value) => (typeof value === "boolean" ? null : "is not true or false");
/** A number that is neither infinite nor NaN. */
export const finite: Check = (value) => (typeof value === "number" && Number.isFinite(value) ? null : "is not a number");
/** A whole number from 0. */
export const whole: Check = (value) => (typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? null : "is not a count");
/** A time as text that `Date.parse` reads. */
export const moment: Check = (value) => (typeof value === "string" && value.length <= 40 && !Number.isNaN(Date.parse(value)) ? null : "is not a time");

/** Null, or what `check` takes. */
/* @__NO_SIDE_EFFECTS__ */
export const maybe = (check: Check): Check => (value) => (value === null ? null : check(value));

/** What one of the checks takes. */
/* @__NO_SIDE_EFFECTS__ */
export const either = (...checks: readonly Check[]): Check => (value) => {
  for (const check of checks) if (check(value) === null) return null;
  return "is of another type";
};

/** The checks of words. */
const WORDS = new WeakSet<Check>();

/** One of some words. */
/* @__NO_SIDE_EFFECTS__ */
export const oneOf = (...words: readonly string[]): Check => {
  const check: Check = (value) => (typeof value === "string" && words.includes(value) ? null : `is not one of ${words.join(", ")}`);
  WORDS.add(check);
  return check;
};

/** A list whose elements all pass. */
/* @__NO_SIDE_EFFECTS__ */
export const list = (check: Check, most = MOST): Check => (value) => {
  if (!Array.isArray(value)) return "is not a list";
  if (value.length > most) return `has more than ${most} elements`;
  for (let i = 0; i < value.length; i++) {
    const wrong = check(value[i]);
    if (wrong !== null) return `[${i}]${joinPath(wrong)}`;
  }
  return null;
};

/** A list whose wrong elements are left out. */
/* @__NO_SIDE_EFFECTS__ */
export const sieve = (check: Check, most = MOST): Check => (value) => {
  if (!Array.isArray(value)) return "is not a list";
  if (value.length > most) return `has more than ${most} elements`;
  let kept = 0;
  for (const one of value as unknown[]) if (check(one) === null) value[kept++] = one;
  value.length = kept;
  return null;
};

/** An object with any keys whose values all pass. */
/* @__NO_SIDE_EFFECTS__ */
export const record = (check: Check, most = MOST): Check => (value) => {
  if (!isRecord(value)) return "is not an object";
  let entries = 0;
  for (const key in value) {
    if (++entries > most) return `has more than ${most} entries`;
    const wrong = key.length > LONGEST ? "has too long a key" : check(value[key]);
    if (wrong !== null) return `.${key.slice(0, 80)}${joinPath(wrong)}`;
  }
  return null;
};

/** A record of named fields; those with a default may be absent and are then filled in, and so is a
 * word of theirs that a later version added. Fields without a name here are let be.
 */
/* @__NO_SIDE_EFFECTS__ */
export const object = (fields: Readonly<Record<string, Field>>): Check => {
  const named = Object.entries(fields).map(([key, field]) => {
    const [check, ...absent] = typeof field === "function" ? [field] : field;
    return { key, check, required: field === check, filled: absent.length > 0, absent: absent[0], open: absent.length > 0 && WORDS.has(check) };
  });
  return (value) => {
    if (!isRecord(value)) return "is not an object";
    for (const { key, check, required, filled, absent, open } of named) {
      let one = value[key];
      if (one === undefined) {
        if (required) return `.${key} is missing`;
        if (!filled) continue;
        one = value[key] = Array.isArray(absent) ? [] : isRecord(absent) ? {} : absent;
      }
      const wrong = check(one);
      if (wrong === null) continue;
      if (!open || typeof one !== "string") return `.${key}${joinPath(wrong)}`;
      value[key] = absent;
    }
    return null;
  };
};

/** Whether a value is an object other than a list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function joinPath(wrong: string): string {
  return wrong.startsWith("[") || wrong.startsWith(".") ? wrong : ` ${wrong}`;
}
