/** Thin envelopes of a provider's channel: read by a host's own names, and redacted here. */
import { lookUp, REMOTE } from "@dagnet-realtime/engine/dedupe";
import { isRecord } from "@dagnet-realtime/engine/checks";
import type { Graph, Guarantees } from "@dagnet-realtime/engine/wire.gen";
import { placeholder } from "@dagnet-realtime/tap/identifiers";
import { tokens } from "@dagnet-realtime/tap/pseudonyms";
import { read as bounded } from "@dagnet-realtime/tap/read";
import { cleanText, type Redact, redaction } from "@dagnet-realtime/tap/redaction";
import type { ProviderEndpoint, SubscriptionSignature } from "../api.ts";
import { randomHex } from "../environment.ts";
import { ApiError } from "../http.ts";
import type { Source, SourceContext } from "../source.ts";
import { type Envelope, EnvelopeTransport, MOST_EVENTS, type Published, type Publisher } from "../transport/relay/envelopeTransport.ts";
import { subscribeLazily } from "../transport/relay/relayTransport.ts";
import type { EnvelopeFields, PusherOptions } from "./options.ts";
import { FIRST_POSITION } from "./remote.ts";

const FIELDS: Required<EnvelopeFields> = { name: "event_name", occurredAt: "occurred_at", id: "message_id", trace: "trace_id", properties: "properties", list: "events" };
/** Characters of a name or an id; fields of an unknown envelope that are named. */
const LONGEST = 512;
const NAMED = 8;

export function channelSource(options: PusherOptions): Source {
  const salt = randomHex(16);
  const place = endpoint(options);
  return publishedSource(({ engine, environment }) => new ChannelPublisher(options, place, () => engine.state.graph, new ThinReader({ ...FIELDS, ...options.fields }, salt), () => environment.now()));
}

/** A source of what a publisher brings, matched here against the shown graph. */
export function publishedSource(publisherOf: (context: SourceContext) => Publisher): Source {
  return {
    lane: "remote",
    prefix: "pusher",
    position: FIRST_POSITION,
    connect: ({ session, position }, context) => {
      const { engine, environment, resumed } = context;
      const known = (id: string): boolean => ((lookUp(engine.state.accumulation.dedupe, id)?.lanes ?? 0) & REMOTE) !== 0;
      return new EnvelopeTransport({ publisher: publisherOf(context), session, position, resumed, table: () => engine.state.table, known }, environment, subscribeLazily);
    },
  };
}

function endpoint({ key, channel, cluster = "", host = "", tls = true, port = tls ? 443 : 80 }: PusherOptions): ProviderEndpoint {
  const missing = key === "" ? "a key" : channel === "" ? "a channel" : cluster === "" && host === "" ? "a cluster or a host" : "";
  if (missing !== "") throw new ApiError("invalid", `The source \`pusher\` needs ${missing}.`, "", "Give what the provider names for its app.");
  return { kind: "pusher", key, host: host === "" ? `ws-${cluster}.pusher.com` : host, port, tls, encrypted: channel.startsWith("private-encrypted-") };
}

/** What can be said of a channel without a server: no one counts its events. */
export const UNCOUNTED: Guarantees = {
  identity: "token", sample: 1, carried_per_second: 0, dedupe_window: 0, dedupe_entries: 0, retention: 0, properties: ["*"], deny: [], trace: [], redacted: true, exact_counts: false, filtered: "browser",
  notes: ["Events come straight from a provider: counts are of what this page received, and what it missed is of unknown number."],
};

class ChannelPublisher implements Publisher {
  readonly transport = "provider";
  #refused = "";

  constructor(
    private readonly options: PusherOptions,
    private readonly place: ProviderEndpoint,
    private readonly graph: () => Graph | null,
    private readonly reader: ThinReader,
    private readonly now: () => number,
  ) {}

  subscription(): ReturnType<Publisher["subscription"]> {
    return Promise.resolve({ public: this.place, channels: [this.options.channel], plan: "", graph_version: this.graph()?.version ?? "", posture: UNCOUNTED });
  }

  async sign(channel: string, socketId: string): Promise<SubscriptionSignature> {
    this.#refused = "";
    try {
      const { auth } = this.options;
      const signature: unknown = typeof auth === "function" ? await auth({ socketId, channel }) : await asked(auth, channel, socketId);
      if (!isRecord(signature) || typeof signature["auth"] !== "string") throw new Error("what it answers is no signature");
      return signature as unknown as SubscriptionSignature;
    } catch (error) {
      this.#refused = `The signature for the channel “${channel}” was not given: ${error instanceof Error ? error.message : "the host’s function failed"}.`;
      throw error;
    }
  }

  read(name: string, value: unknown): Published | null {
    // Any subscriber may send these; only a publisher with the secret sends others.
    return name.startsWith("client-") ? null : this.reader.read(value, this.now());
  }

  why(): string {
    return this.#refused !== "" ? this.#refused : this.reader.wrong === "" ? "" : `The channel “${this.options.channel}” speaks another envelope: ${this.reader.wrong}`;
  }
}

async function asked(address: string | undefined, channel: string, socketId: string): Promise<unknown> {
  if (address === undefined) throw new Error("a private channel needs `auth`");
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ socket_id: socketId, channel_name: channel }), credentials: "same-origin", cache: "no-store" }).catch(() => {
    throw new Error(`${address} does not answer`);
  });
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  return answer.json().catch(() => null) as Promise<unknown>;
}

/** Reads envelopes; `wrong` says what was wrong with the last message, "" if all of it was read. */
export class ThinReader {
  wrong = "";
  readonly #redact: Redact = redaction({ allow: ["*"], deny: [], needed: [] });
  readonly #tokenOf: (kind: string, value: string) => string;

  constructor(
    private readonly fields: Required<EnvelopeFields>,
    salt: string,
  ) {
    this.#tokenOf = tokens(salt);
  }

  /** One message that came at `at` (milliseconds since 1970). */
  read(value: unknown, at: number): Published {
    const inside = isRecord(value) ? valueAt(value, this.fields.list) : value;
    const several: readonly unknown[] = Array.isArray(inside) ? inside : [value];
    const envelopes: Envelope[] = [];
    this.wrong = several.length > MOST_EVENTS ? `a message holds ${several.length} envelopes, and ${MOST_EVENTS} are read.` : "";
    for (const one of several.slice(0, MOST_EVENTS)) {
      const read = this.#envelope(one, at);
      if (typeof read === "string") this.wrong = read;
      else envelopes.push(read);
    }
    return { plan: "", envelopes, forget: [], wrong: several.length - envelopes.length };
  }

  #envelope(given: unknown, at: number): Envelope | string {
    if (!isRecord(given)) return `it sends ${given === null ? "null" : typeof given === "string" ? "text" : `a ${typeof given}`}, not an object.`;
    const { name, occurredAt, id, trace, properties } = this.fields;
    const [named, identified, when, who, what] = [name, id, occurredAt, trace, properties].map((path) => valueAt(given, path));
    for (const [path, value] of [[name, named], [id, identified]] as const)
      if (typeof value !== "string" || value === "" || value.length > LONGEST) return `${value === undefined ? "there is no" : "there is no usable"} \`${path}\` in it, but ${fieldsOf(given)}. Say by \`fields\` what its parts are called.`;
    const moment = when === undefined || when === null ? at : momentOf(when);
    if (moment === null) return `its \`${occurredAt}\` is no time. Say by \`fields\` what its parts are called.`;
    const traced = typeof who === "string" || typeof who === "number" ? String(who) : "";
    return {
      id: identified as string, type: "track", event: cleanText(named as string), name: "", category: "", at: moment, had: at, received: null,
      traces: traced === "" || traced.length > LONGEST || placeholder(traced) ? [] : [{ kind: "trace_id", token: this.#tokenOf("trace_id", traced) }],
      properties: isRecord(what) ? this.#redact(bounded({ type: "track", properties: what }, "track", at).properties) : {}, traits: {}, flags: [],
    };
  }
}

/** What stands at a path, as `message.id`; the whole path may be one key, too. */
function valueAt(value: Record<string, unknown>, path: string): unknown {
  if (Object.hasOwn(value, path)) return value[path];
  return path.split(".").reduce<unknown>((inside, key) => (isRecord(inside) && Object.hasOwn(inside, key) ? inside[key] : undefined), value);
}

function fieldsOf(given: Record<string, unknown>): string {
  const names = Object.keys(given);
  if (names.length === 0) return "it is empty";
  return `${names.slice(0, NAMED).map((name) => `\`${name.slice(0, 40)}\``).join(", ")}${names.length > NAMED ? ` and ${names.length - NAMED} more` : ""}`;
}

/** Milliseconds since 1970, from ISO 8601, milliseconds or seconds; null if it is none. */
function momentOf(value: unknown): number | null {
  const time = typeof value === "number" ? (Math.abs(value) < 1e11 ? value * 1000 : value) : typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? time : null;
}
