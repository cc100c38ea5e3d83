/** Checks what comes from outside against a shape; says where it is wrong, and fills in what may be absent. */

/** Null where `value` fits, else what is wrong, with its place. */
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
    if (wrong !== null) return `[${i}]${place(wrong)}`;
  }
  return null;
};

export const record = (check: Check, most: number): Check => (value) => {
  if (!isRecord(value)) return "is not an object";
  const entries = Object.entries(value);
  if (entries.length > most) return `has more than ${most} entries`;
  for (const [key, one] of entries) {
    const wrong = key.length > LONGEST ? "has too long a key" : check(one);
    if (wrong !== null) return `.${key.slice(0, 80)}${place(wrong)}`;
  }
  return null;
};

/** A record of named fields; those with a default may be absent and are then filled in. Fields without a name here are let be. */
export const shape = (fields: Readonly<Record<string, Check>>, defaults: Readonly<Record<string, () => unknown>> = {}): Check => {
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
      if (wrong !== null) return `.${key}${place(wrong)}`;
    }
    return null;
  };
};

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function place(wrong: string): string {
  return wrong.startsWith("[") || wrong.startsWith(".") ? wrong : ` ${wrong}`;
}
