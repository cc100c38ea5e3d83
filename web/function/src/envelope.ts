/** Envelope of a Segment event: thin and redacted, or null if no one would see it. Personal data
 * stops here.
 */
import { candidateNames, createTable, listensTo, match } from "../../engine/src/matching.ts";
import { shownId } from "../../engine/src/ids.ts";
import { share } from "../../engine/src/hash.ts";
import type { FrameEvent, Token } from "../../engine/src/wire.gen.ts";
import { identifiers, placeholder } from "../../tap/src/identifiers.ts";
import { isRecord, read, textOf, type Snapshot } from "../../tap/src/read.ts";
import { cleanNames, redaction, type Redacted } from "../../tap/src/redaction.ts";
import type { SdkEvent } from "../../tap/src/sdk.ts";
import type { Plan } from "./plan.ts";
import { pseudonyms } from "./pseudonyms.ts";
import { bytes, hmac, node } from "./runtime.ts";
import { occurredAt, received, TOLERANCE } from "./times.ts";

/** One event as it leaves, without empty fields. The viewer derives names and matches nodes. */
export interface Envelope {
  readonly id: string;
  readonly type: FrameEvent["type"];
  readonly event?: string;
  readonly name?: string;
  readonly category?: string;
  /** Milliseconds since 1970: when it happened, when the function had it, when Segment had it. */
  readonly at: number;
  readonly had: number;
  readonly received?: number;
  /** Its place among the events of one call; the first says none. */
  readonly place?: number;
  readonly traces?: readonly Token[];
  readonly properties?: Redacted;
  readonly traits?: Redacted;
  readonly flags?: readonly FrameEvent["flags"][number][];
}

/** A person asked to be deleted or suppressed: viewers drop everything that carries these tokens.
 */
export interface Forget {
  readonly forget: readonly string[];
}

/** Number of equal events without an id in one call, by their digests: the next gets the next
 * number.
 */
export type Repeats = Map<string, number>;

export type Envelop = (event: unknown, now: number, repeats?: Repeats) => Envelope | Forget | null;

const TYPES: Readonly<Record<string, FrameEvent["type"]>> = { track: "track", page: "page", screen: "screen", identify: "identify", group: "group", alias: "alias", delete: "delete", suppress: "delete", suppression: "delete" };
/** Segment's Event Tester, and what Protocols calls the events it forwards violations as. */
const TESTER = "segment-test-message-";
const VIOLATION = "Violation Generated";
/** Characters read of a type. */
const LONGEST_TYPE = 100;

/** The rules of one plan as a function; raises `InvalidEventPayload` for what is no event. */
export function enveloping(plan: Plan, key: string): Envelop {
  const redact = redaction({ allow: plan.properties, deny: plan.deny, needed: plan.needed });
  const tokenOf = pseudonyms({ workspace: plan.workspace, env: plan.env, key, rotation: plan.rotation });
  const keyOfIds = bytes(hmac(bytes(key), `dagnet-realtime message id\0${plan.workspace}\0${plan.env}`));
  const hmacOf = (text: string): string => hmac(keyOfIds, text);
  const table = createTable(plan.listens.map((listen, index) => ({ ...listen, node: String(index), label: "", event_id: "", rule: "segment" })));
  const tokens = (pairs: readonly { readonly kind: string; readonly value: string }[], now: number): Token[] =>
    pairs.flatMap(({ kind, value }) => tokenOf(kind, value, now).map((token) => ({ kind, token })));

  const matters = (envelope: Envelope): boolean => {
    const names = candidateNames(envelope.type, envelope.event, envelope.name, envelope.category);
    if (plan.carries === "all") return true;
    if (envelope.type === "alias" || envelope.type === "identify") return new Set(envelope.traces?.map(({ token }) => token)).size > 1;
    return plan.carries === "lit" ? match(table, names, envelope.properties ?? {}, envelope.traits ?? {}).length > 0 : listensTo(table, names);
  };

  return (event, now, repeats = new Map()) => {
    const type = typeOf(event);
    if (type === null) throw new InvalidEventPayload("This is no Segment event: it has no type that Segment knows.");
    const given = event as SdkEvent & Record<string, unknown>;
    const snapshot = read(given, type as Exclude<typeof type, "delete">, now);
    if (type === "delete") {
      const gone = tokens([{ kind: "userId", value: snapshot.userId ?? "" }, { kind: "anonymousId", value: snapshot.anonymousId ?? "" }].filter(({ value }) => !placeholder(value)), now);
      return gone.length > 0 ? { forget: gone.map(({ token }) => token) } : null;
    }
    const id = idOf(given, hmacOf, repeats);
    const at = occurredAt(given, now);
    const flags = flagsOf(given, snapshot, at < now - TOLERANCE, plan.test);
    const who = identifiers(snapshot, plan.trace, () => { if (!flags.includes("placeholder")) flags.push("placeholder"); });
    const messageId = textOf(given["messageId"]);
    if (messageId !== null && placeholder(messageId)) flags.push("shared_id");
    const attached = snapshot.context["traits"];
    const [named, name, category] = cleanNames(snapshot.event, snapshot.name, snapshot.category);
    const envelope: Envelope = full({
      id, type, event: named ?? "", name: name ?? "", category: category ?? "", at, had: now, received: received(given),
      traces: tokens(who, now), properties: redact(snapshot.properties),
      traits: { ...(isRecord(attached) ? redact(attached) : {}), ...redact(snapshot.traits) }, flags,
    });
    const sampled = plan.sample >= 1 || flags.includes("test") || share({ id, traces: envelope.traces ?? [] }) < plan.sample;
    return sampled && matters(envelope) ? envelope : null;
  };
}

/** Without the properties that no filter reads, for an envelope that is too long for the provider.
 */
export function thinner(envelope: Envelope, needed: readonly string[]): Envelope {
  const some = (properties: Redacted | undefined): Redacted => Object.fromEntries(Object.entries(properties ?? {}).filter(([path]) => needed.includes(path)));
  return full({ ...envelope, properties: some(envelope.properties), traits: some(envelope.traits) });
}

function typeOf(event: unknown): FrameEvent["type"] | null {
  if (!isRecord(event)) return null;
  const { type } = event;
  if (typeof type === "string") return own(TYPES, type.trim().toLowerCase().slice(0, LONGEST_TYPE)) ?? null;
  return textOf(event["event"]) === null ? null : "track";
}

/** The id as it may be shown; one that is missing is a digest of the event itself, of a repeat with
 * its number, so that a retry is the same.
 */
function idOf(event: Readonly<Record<string, unknown>>, hmacOf: (text: string) => string, repeats: Repeats): string {
  const { messageId } = event;
  const given = typeof messageId === "string" ? messageId : (textOf(messageId) ?? "");
  return shownId(given || derived(JSON.stringify(event), repeats), hmacOf);
}

function derived(text: string, repeats: Repeats): string {
  const digest = (of: string): string => `derived-${node().createHash("sha256").update(of).digest("hex").slice(0, 32)}`;
  const first = digest(text);
  const number = repeats.get(first) ?? 0;
  repeats.set(first, number + 1);
  return number === 0 ? first : digest(`${text}/${number}`);
}

function flagsOf(event: Readonly<Record<string, unknown>>, { context, properties }: Snapshot, late: boolean, test: string): FrameEvent["flags"][number][] {
  const violated = isRecord(event["context"]) ? [event["context"]["violations"], isRecord(event["context"]["protocols"]) ? event["context"]["protocols"]["violations"] : null] : [];
  const flags: FrameEvent["flags"][number][] = [];
  if (late) flags.push("late");
  if (event["replay"] === true) flags.push("replayed");
  if (event["event"] === VIOLATION || (Object.keys(context).length > 0 && violated.some((one) => Array.isArray(one) && one.length > 0))) flags.push("violation");
  if (textOf(event["messageId"])?.startsWith(TESTER) || (test !== "" && Boolean(own(properties, test)))) flags.push("test");
  return flags;
}

function own<T>(of: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}

/** Without what says nothing: empty texts, lists and records. */
function full(envelope: { readonly [K in keyof Envelope]: Envelope[K] | "" | undefined }): Envelope {
  return Object.fromEntries(Object.entries(envelope).filter(([, value]) => typeof value === "number" || (value !== undefined && Object.keys(value).length > 0))) as unknown as Envelope;
}
