/** From what the page made to what may be handed on: names, tokens, allowed properties. Personal data stops here. */
import type { TapMessage } from "@dagnet-realtime/engine/tap";
import { identifiers } from "./identifiers.ts";
import { cleanNames, cleanText, redaction } from "./redaction.ts";
import { namesOf } from "./names.ts";
import { isRecord } from "./read.ts";
import type { Told } from "./ring.ts";
import { tokens } from "./tokens.ts";
import type { Rules } from "./wire.ts";

export type Admit = (told: Told, page: string) => TapMessage;

/** The rules of one Realtime tab, as a function. */
export function admission(rules: Rules): Admit {
  const redact = redaction(rules);
  const tokenOf = tokens(rules.salt);
  return ({ snapshot, stage, reason, calledAt, replaces }, page) => {
    const attached = snapshot.context["traits"];
    return {
      messageId: snapshot.messageId as string, type: snapshot.type, ...namesOf(snapshot.type, ...cleanNames(snapshot.event, snapshot.name, snapshot.category)), occurredAt: snapshot.occurredAt,
      at: snapshot.at, stage, page, traces: identifiers(snapshot, rules.trace).map(({ kind, value }) => ({ kind, token: tokenOf(kind, value) })),
      properties: redact(snapshot.properties), traits: { ...(isRecord(attached) ? redact(attached) : {}), ...redact(snapshot.traits) }, ...(reason ? { reason: cleanText(reason) } : {}),
      ...(calledAt === undefined ? {} : { calledAt }), ...(replaces === undefined ? {} : { replaces }),
    };
  };
}

