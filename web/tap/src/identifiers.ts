/** Trace identifiers of a message, placeholders left out. */
import { isRecord, type Parts, type Plain, type Snapshot, textOf } from "./read.ts";

// Placeholders by the server's vectors: `undefined`, `[object Object]`, nil UUIDs and the like
// identify no one.

/** Characters; a longer text is no placeholder. */
const LONGEST = 128;
const SPACES = /[\0-\x20\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]+/g;
const SIGNS = /[!-/:-@[-`{-~]+/g;
const WRITTEN = /^(?:-1(?:\.0+)?|#?n\/a!?|\[object.*\]|\{\{.*\}\}|\$\{.*\}|<%.*%>|\{%.*%\}|%%.*%%|\*\|.*\|\*)$/;
const WORDS = /^(?:(?:undefined|null|nil|none|nan)*|0+|0x0+|f{32}|infinity|true|false|unknown|unset|not(?:set|available|applicable|authenticated|loggedin)|anonymous|guest|distinctid|userid|anonymousid|id|email|objectobject)$/;

/** Whether `text`, in any case and spacing, and with any signs about it, stands for no identifier.
 */
export function placeholder(text: string): boolean {
  if (text.length > LONGEST) return false;
  const plain = text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const bare = plain.normalize("NFKC").toLowerCase().replace(SPACES, "");
  return WRITTEN.test(bare) || WORDS.test(bare.replace(SIGNS, ""));
}

// Identifiers that the rules ask for, in their order, from where the server reads them.

/** Segment has no session id; its plugins and users put one here. */
const SESSION = [
  "integrations.Actions Amplitude.session_id", "integrations.Amplitude.session_id", "integrations.Amplitude.sessionId", "integrations.actions-optimizely-web.session_id",
  "context.sessionId", "context.session_id", "properties.session_id", "properties.$session_id",
];

export interface Identifier {
  readonly kind: string;
  readonly value: string;
}

/** The identifiers of `snapshot` by `kinds`: `userId`, `anonymousId`, `groupId`, `session`, or a
 * path in the message; a path without `properties.`, `context.`, `integrations.` or `traits.` in
 * front is one of a property. An `alias` gives the identifier it replaces as well. A placeholder is
 * no identifier; the last argument is called for each.
 */
export function identifiers(snapshot: Snapshot, kinds: readonly string[], nobody?: () => void): readonly Identifier[] {
  const found: Identifier[] = [];
  const add = (kind: string, value: string | null | undefined): void => {
    if (value && placeholder(value)) nobody?.();
    else if (value) found.push({ kind, value });
  };
  for (const kind of kinds) {
    if (kind === "userId" || kind === "anonymousId" || kind === "groupId") add(kind, snapshot[kind]);
    else if (kind === "session") add(kind, SESSION.map((path) => at(path, snapshot)).find((value) => value && !placeholder(value)));
    else if (kind !== "previousId") add(kind, at(kind, snapshot));
  }
  if (kinds.includes("userId") || kinds.includes("anonymousId")) add("previousId", snapshot.previousId);
  return found;
}

/** The text at a dotted path; a key may itself contain dots. */
function at(kind: string, snapshot: Snapshot): string | null {
  const part = /^(?:properties|context|integrations|traits)(?=\..)/.exec(kind)?.[0];
  let found: Plain | undefined = snapshot[(part ?? "properties") as keyof Parts];
  let rest = part ? kind.slice(part.length + 1) : kind;
  while (isRecord(found)) {
    if (Object.hasOwn(found, rest)) return textOf(found[rest]);
    const [first = "", ...more] = rest.split(".");
    found = more.length && Object.hasOwn(found, first) ? found[first] : undefined;
    rest = more.join(".");
  }
  return null;
}
