/** What our function in Segment publishes, if the host's own back end lets its users subscribe: see
 * `pusherAuth.ts`. The channels' names change, so the back end is asked for them again and again.
 */
import { isRecord } from "@dagnet-realtime/engine/checks";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { FunctionSubscription, ProviderEndpoint, SubscriptionSignature } from "../api.ts";
import { ApiError, type Fetch, requestJson } from "../http.ts";
import type { Source } from "../source.ts";
import { Bearer } from "../token.ts";
import { parsePublished, type Published, type Publisher } from "../transport/relay/envelopeTransport.ts";
import type { FunctionChannelOptions } from "./options.ts";
import { publishedSource, UNCOUNTED } from "./thinEnvelopes.ts";

/** About a change of name there are two. */
const MOST_CHANNELS = 4;

export function functionChannelSource({ auth, token }: FunctionChannelOptions): Source {
  if (((auth as string | undefined) ?? "") === "") throw new ApiError("invalid", "The source `pusher` needs the address in `auth`.", "", "Give where the host answers with `pusherAuth`.");
  const plain: Fetch = (...asked) => fetch(...asked);
  const fetcher = token === undefined ? plain : new Bearer(token, () => Date.now(), plain).fetch;
  return publishedSource(({ engine }) => new FunctionPublisher(auth, fetcher, () => engine.state.graph));
}

class FunctionPublisher implements Publisher {
  readonly transport = "function";
  #plan = "";
  #wrong = "";

  constructor(
    private readonly auth: string,
    private readonly fetcher: Fetch,
    private readonly graph: () => Graph | null,
  ) {}

  async subscription(signal: AbortSignal): Promise<FunctionSubscription> {
    const said = await this.#ask({ signal });
    const { public: place, channels } = isRecord(said) ? said : {};
    if (!isEndpoint(place) || !isList(channels)) throw new ApiError("invalid", `${this.auth} names no channels.`, "", "Answer GET there with `pusherAuth`, too.");
    const planNow = (): string => this.#plan;
    return {
      public: place, channels, graph_version: this.graph()?.version ?? "", posture: { ...UNCOUNTED, notes: [] },
      // Known to the function alone: the plan that it published by last is the newest.
      get plan() { return planNow(); },
    };
  }

  async sign(channel: string, socketId: string): Promise<SubscriptionSignature> {
    const body = new URLSearchParams({ socket_id: socketId, channel_name: channel });
    const signature = await this.#ask({ method: "POST", body });
    if (!isRecord(signature) || typeof signature["auth"] !== "string") throw new ApiError("invalid", `What ${this.auth} answers is no signature.`, "", "Answer POST there with `pusherAuth`, too.");
    return signature as unknown as SubscriptionSignature;
  }

  read(name: string, value: unknown): Published | null {
    if (name.startsWith("client-")) return null;
    const published = name === "envelopes" ? parsePublished(value) : null;
    this.#wrong = published === null ? "The channel carries what is not from the function of this version. Paste the function in Segment anew." : "";
    if (published !== null) this.#plan = published.plan;
    return published ?? { plan: this.#plan, envelopes: [], forget: [], wrong: 1 };
  }

  why(): string {
    return this.#wrong;
  }

  /** Asks the host's handler; errors name it rather than a server of ours. */
  async #ask(init: RequestInit): Promise<unknown> {
    try {
      return await requestJson(this.fetcher, this.auth, init);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { code, detail, retryAfter } = error;
      const said = { unreachable: `${this.auth} does not answer.`, invalid: `Another program answers at ${this.auth}.`, not_found: `There is nothing at ${this.auth}.` }[code];
      throw new ApiError(code, said ?? error.title, detail, code === "unauthorized" ? "Sign in to this page, and turn Realtime on again." : said === undefined ? error.remedy : "See that the address is right.", retryAfter);
    }
  }
}

function isEndpoint(value: unknown): value is ProviderEndpoint {
  return isRecord(value) && typeof value["key"] === "string" && typeof value["host"] === "string" && typeof value["port"] === "number" && typeof value["tls"] === "boolean";
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.length <= MOST_CHANNELS && value.every((one) => typeof one === "string" && one !== "");
}
