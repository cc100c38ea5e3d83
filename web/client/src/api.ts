/** Client of the server's API: one method a route, and the types of the responses. */
import { isProblem, type Problem } from "@dagnet-realtime/engine/problem";
import { checkGraph } from "@dagnet-realtime/engine/validation";
import type { Follower, Frame, Graph, Guarantees } from "@dagnet-realtime/engine/wire.gen";
import { LOCAL_TOKEN } from "@dagnet-realtime/tap/pseudonyms";
import { ApiError, type Fetch, jsonRequest, request, requestJson } from "./http.ts";

/** The signed-in person, what they may do, and the server's version. */
export interface Me {
  readonly person: string;
  readonly access: string;
  readonly can: readonly string[];
  readonly demo: boolean;
  readonly version: string;
  /** Whether the server can keep a stream open. */
  readonly push?: boolean;
}

/** A graph as the list of workspaces names it. */
export interface GraphSummary {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly nodes: number;
  readonly edges: number;
  readonly can_light: number;
}

/** A source of events, as the list of workspaces names it. */
export interface SourceSummary {
  readonly id: string;
  readonly kind: string;
  readonly url: string;
}

/** A workspace and environment, with its graphs and sources. */
export interface WorkspaceSummary {
  readonly id: string;
  readonly env: string;
  readonly graphs: readonly GraphSummary[];
  readonly errors: readonly { readonly file: string; readonly text: string }[];
  readonly sources: readonly SourceSummary[];
  /** Whether a provider carries the frames of this workspace. */
  readonly relay?: boolean;
  /** What receives its events: a server, or a function in Segment that publishes them itself. */
  readonly ingest?: "server" | "function";
  /** The role of the user in this workspace. */
  readonly role?: string | null;
  /** The key of the digests of message ids, hexadecimal; null for those who may not follow. */
  readonly message_key?: string | null;
  /** The sources that read a stream, for those who may administer. */
  readonly streams?: readonly string[];
  /** Since when no person was deleted: sessions that this browser keeps from before must go. Null
   * if it may keep none; absent if the server does not say.
   */
  readonly earlier_since?: string | null;
  /** The same for names that people gave to traces. Null if the server does not hear of all
   * deletions: then none is kept.
   */
  readonly undeleted_since?: string | null;
}

/** A partition of a topic, and how its reading does; `lag` in seconds, `fetched_at` in milliseconds
 * since 1970.
 */
export interface StreamPartition {
  readonly topic: string;
  readonly partition: number;
  readonly owner: string;
  readonly lag: number;
  readonly behind: number;
  readonly fetched_at: number;
  readonly read: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly others: number;
  readonly gaps: number;
  readonly trouble: string;
}

/** A source that reads a stream; `trouble` says what keeps it from being read. */
export interface StreamSummary {
  readonly source: string;
  readonly connected: boolean;
  readonly watched: boolean;
  readonly trouble: string;
  readonly partitions: readonly StreamPartition[];
}

/** Which graph of which channel. */
export interface GraphRef {
  readonly workspace: string;
  readonly env: string;
  readonly graph: string;
}

/** A watch session as the server opened it. */
export interface OpenedSession {
  readonly watch_session_id: string;
  readonly position: string;
  readonly expires_at: string;
  readonly posture: Guarantees;
  readonly graph_version: string;
  readonly started_at: string;
  /** What a link names it by; "" for those who may not share its past. */
  readonly share?: string;
}

/** The person that the server found: all tokens that an identifier has at this moment. The first is
 * the one to show.
 */
export interface FoundPerson {
  readonly token: string;
  readonly tokens: readonly string[];
}

/** The answer of one poll: frames, and the position to go on from. */
export interface PollResult {
  readonly frames: readonly Frame[];
  readonly position: string;
}

/** What was read of an answer, or an error that says why it cannot be. */
export function valid<T>(read: T | Problem): T {
  if (isProblem(read)) throw new ApiError("invalid", `${read.title}: ${read.detail}.`, "", "Reload this page; its server may be of another version.");
  return read;
}

/** The graph, with defaults filled in. */
export async function loadGraph(api: ServerApi, place: GraphRef): Promise<Graph> {
  return valid(checkGraph(await api.graph(place)));
}

const escaped = encodeURIComponent;

/** What the page asks; without a server something else answers. */
export type ServerApi = Pick<Api, keyof Api>;

/** The server as seen from this page; every method throws `ApiError`. */
export class Api {
  constructor(
    private readonly fetcher: Fetch,
    private readonly root = "",
  ) {}

  me(): Promise<Me> {
    return requestJson(this.fetcher, `${this.root}/api/me`);
  }

  /** This browser's cookie is worth nothing from then on. */
  async signOut(): Promise<void> {
    await request(this.fetcher, `${this.root}/sign-out`, { method: "POST" });
  }

  async workspaces(): Promise<readonly WorkspaceSummary[]> {
    const answer = await requestJson<{ workspaces: WorkspaceSummary[] }>(this.fetcher, `${this.root}/api/workspaces`);
    return answer.workspaces;
  }

  graph({ workspace, env, graph }: GraphRef): Promise<Graph> {
    return requestJson(this.fetcher, `${this.root}/api/workspaces/${escaped(workspace)}/${escaped(env)}/graphs/${escaped(graph)}`);
  }

  /** How the workspace's streams do, for those who may administer. */
  async streams({ workspace, env }: Omit<GraphRef, "graph">): Promise<readonly StreamSummary[]> {
    const answer = await requestJson<{ streams: StreamSummary[] }>(this.fetcher, `${this.root}/api/workspaces/${escaped(workspace)}/${escaped(env)}/streams`);
    return answer.streams;
  }

  /** On; with `share` from a link, its past is shown as well. */
  openSession(place: GraphRef, share = ""): Promise<OpenedSession> {
    return requestJson(this.fetcher, `${this.root}/api/watch`, jsonRequest("POST", share === "" ? place : { ...place, share }));
  }

  /** The session as it is. */
  openedSession(session: string): Promise<OpenedSession> {
    return requestJson(this.fetcher, `${this.root}/api/watch/${escaped(session)}`, jsonRequest("PATCH", {}));
  }

  async closeSession(session: string): Promise<void> {
    await request(this.fetcher, `${this.root}/api/watch/${escaped(session)}`, { method: "DELETE", keepalive: true });
  }

  /** Has the server follow these; of a trace that only this browser knows it has never heard. */
  async follows(session: string, tokens: readonly string[]): Promise<void> {
    await request(this.fetcher, `${this.root}/api/watch/${escaped(session)}`, jsonRequest("PATCH", { follows: tokens.filter((token) => !token.startsWith(LOCAL_TOKEN)) }));
  }

  /** Has the server count the session for another graph of its workspace; the answer says where its
   * log stood at On.
   */
  changeGraph(session: string, graph: string): Promise<OpenedSession> {
    return requestJson(this.fetcher, `${this.root}/api/watch/${escaped(session)}`, jsonRequest("PATCH", { graph }));
  }

  /** Has the server carry and count only what passes; "" ends that. */
  async filter(session: string, filter: string): Promise<void> {
    await request(this.fetcher, `${this.root}/api/watch/${escaped(session)}`, jsonRequest("PATCH", { filter }));
  }

  /** Follows the person with this identifier. The server derives the tokens and forgets it. */
  findPerson(session: string, kind: string, value: string): Promise<FoundPerson> {
    return requestJson(this.fetcher, `${this.root}/api/watch/${escaped(session)}/follow`, jsonRequest("POST", { kind, value }));
  }

  poll(session: string, after: string, wait: number, signal: AbortSignal): Promise<PollResult> {
    const query = `?after=${escaped(after)}&wait=${wait}`;
    return requestJson(this.fetcher, `${this.root}/api/watch/${escaped(session)}/frames${query}`, { signal }, (wait + 15) * 1000);
  }

  /** What lies in `(after, until]`, in frames that end exactly there. */
  readRange(session: string, after: string, until: string, signal: AbortSignal): Promise<PollResult> {
    return requestJson(this.fetcher, `${this.root}/api/watch/${escaped(session)}/frames?after=${escaped(after)}&until=${escaped(until)}`, { signal });
  }

  relaySubscription(session: string): Promise<RelaySubscription> {
    return requestJson(this.fetcher, `${this.root}/api/watch/${escaped(session)}/relay`);
  }

  signSubscription(session: string, channel: string, socketId: string): Promise<SubscriptionSignature> {
    const body = { watch_session_id: session, channel_name: channel, socket_id: socketId };
    return requestJson(this.fetcher, `${this.root}/api/channels/auth`, jsonRequest("POST", body));
  }

  /** Where a function in Segment publishes a workspace's events. */
  functionSubscription({ workspace, env, graph }: GraphRef, signal: AbortSignal): Promise<FunctionSubscription> {
    return requestJson(this.fetcher, `${this.root}/api/workspaces/${escaped(workspace)}/${escaped(env)}/function?graph=${escaped(graph)}`, { signal });
  }

  signFunctionSubscription({ workspace, env }: GraphRef, channel: string, socketId: string): Promise<SubscriptionSignature> {
    return requestJson(this.fetcher, `${this.root}/api/workspaces/${escaped(workspace)}/${escaped(env)}/function`, jsonRequest("POST", { channel_name: channel, socket_id: socketId }));
  }

  stream(session: string, after: string, signal: AbortSignal): Promise<Response> {
    const headers = { accept: "text/event-stream" };
    return this.fetcher(`${this.root}/api/watch/${escaped(session)}/stream?after=${escaped(after)}`, { headers, signal, cache: "no-store", credentials: "same-origin" });
  }

  testEvent(place: GraphRef, node: string | null): Promise<{ message_id: string; name: string }> {
    return requestJson(this.fetcher, `${this.root}/api/test-event`, jsonRequest("POST", { ...place, node }));
  }

  visitors(): Promise<{ running: boolean; rate: number }> {
    return requestJson(this.fetcher, `${this.root}/api/demo/visitors`);
  }

  async simulate(place: GraphRef, rate: number): Promise<void> {
    await request(this.fetcher, `${this.root}/api/demo/visitors`, jsonRequest("POST", { ...place, rate }));
  }

  async stopVisitors(): Promise<void> {
    await request(this.fetcher, `${this.root}/api/demo/visitors`, { method: "DELETE" });
  }
}

/** Where the provider is; nothing of it is secret. */
export interface ProviderEndpoint {
  readonly kind: string;
  readonly key: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly encrypted: boolean;
}

/** Other sessions that watch the same graph: their number, and the names of their users if the
 * server shares names; `follows` says who follows which traces.
 */
export interface Presence {
  readonly others: number;
  readonly names: readonly string[];
  readonly follows?: readonly Follower[];
}

/** `publishing` says whether the provider accepts our messages; `ledger` counts messages, since
 * that is what providers bill.
 */
export interface RelaySubscription {
  readonly public: ProviderEndpoint;
  readonly channel: string;
  readonly publishing: boolean;
  readonly every: number;
  readonly ledger: { readonly published: number; readonly delivered: number; readonly failed: number };
  readonly company: Presence;
}

/** What lets this browser's socket subscribe. */
export interface SubscriptionSignature {
  readonly auth: string;
  readonly shared_secret?: string;
}

/** The channels to which a function in Segment publishes at this moment: one, or two around a
 * rotation. `plan` is the version that its settings should have.
 */
export interface FunctionSubscription {
  readonly public: ProviderEndpoint;
  readonly channels: readonly string[];
  readonly plan: string;
  readonly graph_version: string;
  readonly posture: Guarantees;
}
