/** Reading fields out of trees that may hold anything: what does not fit reads as absent. */

export type Fields = Readonly<Record<string, unknown>>;

/** Characters; DagNet's own bounds on names and on notes. */
export const NAME_LIMIT = 256;
export const TEXT_LIMIT = 4096;

/** Canvas units; beyond it nothing can be drawn. */
const FAR = 1e9;
const COLOUR = /^(?:#[0-9a-fA-F]{3,8}|[a-zA-Z]{1,30})$/;

/** Whether `value` is a mapping. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `value` where it is a mapping, else an empty one. */
export function record(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** `value` where it is a list, else an empty one. */
export function rows(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A scalar as text, cut at `limit` characters; "" for null, lists and mappings. */
export function text(value: unknown, limit = NAME_LIMIT): string {
  if (typeof value !== "string") return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
  return wellFormed(value.length > limit ? Array.from(value.slice(0, 2 * limit)).slice(0, limit).join("") : value);
}

/** `value` with half surrogates replaced, so that it can be written as UTF-8. */
export function wellFormed(value: string): string {
  return value.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** The first of `keys` that holds a text which is not empty. */
export function firstText(source: Fields, ...keys: readonly string[]): string {
  for (const key of keys) {
    const found = text(source[key]);
    if (found !== "") return found;
  }
  return "";
}

/** A finite number of drawable size, else null. */
export function number(value: unknown): number | null {
  return typeof value === "number" && Math.abs(value) <= FAR ? value : null;
}

/** True for `true`, also where it was written as a text. */
export function flag(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

/** Whether anything is given: not absent, not empty, not zero. */
export function given(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isFields(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** A CSS colour under either spelling of the key, else "". */
export function colour(source: Fields): string {
  const found = firstText(source, "colour", "color");
  return COLOUR.test(found) ? found : "";
}
