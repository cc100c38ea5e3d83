/** Lenient readers of untyped values: a value of another type reads as absent. */

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

/** `value` if it is a mapping, else an empty one. */
export function asMapping(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** `value` if it is a list, else an empty one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A scalar as text, cut at `limit` characters; "" for null, lists and mappings. */
export function asText(value: unknown, limit = NAME_LIMIT): string {
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
    const found = asText(source[key]);
    if (found !== "") return found;
  }
  return "";
}

/** A finite number of drawable size, else null. */
export function asNumber(value: unknown): number | null {
  return typeof value === "number" && Math.abs(value) <= FAR ? value : null;
}

/** True for `true`, also if it was written as a text. */
export function asBool(value: unknown): boolean {
  return value === true || (typeof value === "string" && value.toLowerCase() === "true");
}

/** Whether anything is given: not absent, not empty, not zero. */
export function isGiven(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isFields(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** A CSS colour under either spelling of the key, else "". */
export function asColour(source: Fields): string {
  const found = firstText(source, "colour", "color");
  return COLOUR.test(found) ? found : "";
}

/** `path` relative to the workspace's folder, normalised; null if it leads out of the folder or
 * names no definition file.
 */
export function safePath(path: string): string | null {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/^[/~]|[\\:\u0000-\u001f]/.test(path) || path.length > 512 || !/\.ya?ml$/.test(path)) return null;
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 || parts.includes("..") ? null : parts.join("/");
}

/** The file's name without folder and ending. */
export function stem(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1), dot = name.lastIndexOf(".");
  return dot < 0 ? name : name.slice(0, dot);
}

/** Whether `path` lies flat in `folder`, has one of `endings`, and is not a scratch file. */
export function inFolder(path: string, folder: string, ...endings: readonly string[]): boolean {
  const slash = path.lastIndexOf("/"), name = path.slice(slash + 1);
  return slash > 0 && path.slice(0, slash) === folder && endings.some((ending) => name.endsWith(ending)) && !/^[.#~]/.test(name);
}

/** Why a file cannot be read at all: a clause that follows the file's name. */
export class UnreadableFile extends Error {}
