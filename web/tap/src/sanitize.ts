/** Sanitises a message before it leaves the page: names, pseudonyms, allowed properties. */
import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";
import type { BufferEntry } from "./buffer.ts";
import { identifiers } from "./identifiers.ts";
import type { Rules } from "./protocol.ts";
import { tokens } from "./pseudonyms.ts";
import { isRecord } from "./read.ts";
import { cleanNames, cleanText, redaction } from "./redaction.ts";

// Names of a message, and the one that is shown: the rules of `conformance/names.json`, as on the
// server.

export interface Names {
  readonly name: string;
  readonly names: readonly string[];
}

/** The names that matching tries, in order, without repeats, and the shown one: a `track` is its
 * event, a `page` or `screen` its name, category with name, and what Segment's libraries derive
 * from them. Other types have none and show as themselves.
 */
export function eventNames(type: string, event: string | null, name: string | null, category: string | null): Names {
  if (type === "track") return { name: event || "(track without a name)", names: event ? [event] : [] };
  const word = { page: "Page", screen: "Screen" }[type];
  if (!word) return { name: type, names: [] };
  const full = [category, name].filter(Boolean).join(" ");
  const loaded = `Loaded a ${word}`;
  const derived = [full, name, category].flatMap((text) => (text ? [`Viewed ${text} ${word}`, `Viewed ${text}`] : []));
  return { name: derived[0] ?? loaded, names: [...new Set([name, full, ...derived, loaded].filter((text): text is string => !!text))] };
}

// Sanitiser: names, tokens, allowed properties. Personal data stops here.

export type Sanitize = (entry: BufferEntry, page: string) => TapMessage;

/** The rules of one Realtime tab, as a function. */
export function sanitizer(rules: Rules): Sanitize {
  const redact = redaction(rules);
  const tokenOf = tokens(rules.salt);
  return ({ snapshot, stage, reason, calledAt, replaces }, page) => {
    const attached = snapshot.context["traits"];
    return {
      messageId: snapshot.messageId as string, type: snapshot.type, ...eventNames(snapshot.type, ...cleanNames(snapshot.event, snapshot.name, snapshot.category)), occurredAt: snapshot.occurredAt,
      at: snapshot.at, stage, page, traces: identifiers(snapshot, rules.trace).map(({ kind, value }) => ({ kind, token: tokenOf(kind, value) })),
      properties: redact(snapshot.properties), traits: { ...(isRecord(attached) ? redact(attached) : {}), ...redact(snapshot.traits) }, ...(reason ? { reason: cleanText(reason) } : {}),
      ...(calledAt === undefined ? {} : { calledAt }), ...(replaces === undefined ? {} : { replaces }),
    };
  };
}
