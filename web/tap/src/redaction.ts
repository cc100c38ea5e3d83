/** What of a message's properties may be handed on: an allow-list, on top of it denials that always win, and bounds, as the server has them. */
import { globs, isGlob } from "./globs.ts";
import { personalName, personalValue } from "./personal.ts";
import { isRecord, type PlainRecord, type Scalar } from "./read.ts";

export const REDACTED = "[redacted]";
/** Characters of a path, and of a text that are kept. */
const PATH = 256;
const TEXT = 256;
/** Characters looked at for a personal shape, so that none is cut in half by the bound. */
const SEEN = 4 * TEXT;
const PROPERTIES = 100;
/** Paths whose verdict is remembered. */
const KNOWN = 1_000;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;

export type Kept = Record<string, Scalar | readonly Scalar[]>;
export type Redact = (properties: PlainRecord) => Kept;

/** One policy's rules as a function: `allow` and `deny` are globs over paths (`*` any run of characters, `?` one; denial ignores case). */
export function redaction({ allow, deny, needed }: { readonly allow: readonly string[]; readonly deny: readonly string[]; readonly needed: readonly string[] }): Redact {
  const denying = globs(deny, true);
  const allowing = globs(allow.filter(isGlob));
  const denied = (path: string): boolean => denying(path) || personalName(path);
  const plain = new Set([...allow.filter((one) => !isGlob(one)), ...needed].filter((path) => !denied(path)));
  const verdicts = new Map<string, boolean>();
  const permits = (path: string): boolean => {
    let verdict = verdicts.get(path);
    if (verdict === undefined) {
      verdict = plain.has(path) || (path.length <= PATH && allowing(path) && !denied(path) && !personalValue(path));
      if (verdicts.size > KNOWN) verdicts.clear();
      verdicts.set(path, verdict);
    }
    return verdict;
  };
  return (properties) => {
    const kept: Kept = {};
    keep(properties, "", permits, kept);
    return kept;
  };
}

/** A text as it may be kept: of a URL what stands before its query, nothing that looks personal, at most `TEXT` characters. */
export function cleanText(text: string): string {
  let seen = text.slice(0, SEEN);
  if (/[?/]/.test(seen)) seen = reduced(seen);
  if (personalValue(seen) || (text && !seen)) return REDACTED;
  if (seen.length <= TEXT) return seen;
  const characters = Array.from(seen);
  return characters.length <= TEXT ? seen : `${characters.slice(0, TEXT - 1).join("")}…`;
}

/** What names an event, as it may be handed on; a name and a category that are personal beside each other are both redacted. */
export function cleanNames(...given: readonly [event: string | null, name: string | null, category: string | null]): [string | null, string | null, string | null] {
  const [event, name, category] = given.map((text) => text && cleanText(text)) as [string | null, string | null, string | null];
  return name && category && personalValue(`${category} ${name}`) ? [event, REDACTED, REDACTED] : [event, name, category];
}

/** How deep records are nested, and how long lists are, was bounded when they were read. */
function keep(properties: PlainRecord, prefix: string, permits: (path: string) => boolean, kept: Kept): void {
  for (const [key, value] of Object.entries(properties)) {
    const path = prefix + key;
    if (isRecord(value)) keep(value, `${path}.`, permits, kept);
    else if (!Object.hasOwn(kept, path) && permits(path) && Object.keys(kept).length < PROPERTIES) kept[path] = value instanceof Array ? value.map(scalar) : scalar(value);
  }
}

function scalar(value: Scalar): Scalar {
  if (typeof value === "string") return cleanText(value);
  return typeof value === "number" && personalValue(value) ? REDACTED : value;
}


/** A URL without its query, fragment, user and password; any other text as it is. */
function reduced(text: string): string {
  if (!SCHEME.test(text) && (/[ \t\r\n]/.test(text) || !(text[0] === "/" || text[0] === "?" || text.slice(text.indexOf("?") + 1 || text.length).includes("=")))) return text;
  return (/^[^?#]*/.exec(text)?.[0] ?? "").replace(/\/\/[^/@]*@/, "//");
}
