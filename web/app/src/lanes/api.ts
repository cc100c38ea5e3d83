/** The routes of the contract that the screen uses, one method each. */
import type { Frame, Graph, Guarantees } from "@dagnet-realtime/engine/wire.gen";
import { LOCAL_TOKEN } from "@dagnet-realtime/tap/pseudonyms";
import { ask, askJson, json, type Fetch } from "./http.ts";
import type { PublishedSeat, Seat, Signature } from "./provider/seat.ts";

export interface Me {
  readonly person: string;
  readonly access: string;
  readonly can: readonly string[];
  readonly demo: boolean;
  readonly version: string;
  /** Whether the server can keep a stream open. */
  readonly push?: boolean;
}

export interface GraphSummary {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly nodes: number;
  readonly edges: number;
  readonly can_light: number;
}

export interface SourceSummary {
  readonly id: string;
  readonly kind: string;
  readonly url: string;
}

export interface WorkspaceSummary {
  readonly id: string;
  readonly env: string;
  readonly graphs: readonly GraphSummary[];
  readonly errors: readonly { readonly file: string; readonly text: string }[];
  readonly sources: readonly SourceSummary[];
  /** Whether a provider carries the frames of this workspace. */
  readonly relay?: boolean;
  /** Who hears its events: a server, or a function in Segment that publishes them itself. */
  readonly ingest?: "server" | "function";
  /** What whoever asks may do there. */
  readonly role?: string | null;
  /** The key of the digests of message ids, hexadecimal; null for those who may not follow. */
  readonly message_key?: string | null;
}

/** Which graph of which channel. */
export interface Place {
  readonly workspace: string;
  readonly env: string;
  readonly graph: string;
}

export interface Opened {
  readonly watch_session_id: string;
  readonly position: string;
  readonly expires_at: string;
  readonly posture: Guarantees;
  readonly graph_version: string;
  readonly started_at: string;
}

/** Whom the server found: all tokens that an identifier has at this moment, the first to be shown. */
export interface Found {
  readonly token: string;
  readonly tokens: readonly string[];
}

export interface Polled {
  readonly frames: readonly Frame[];
  readonly position: string;
}

const part = encodeURIComponent;

/** What the page asks; without a server something else answers. */
export type ServerApi = Pick<Api, keyof Api>;

/** The server as seen from this page; every method throws `Refusal`. */
export class Api {
  constructor(
    private readonly fetcher: Fetch,
    private readonly root = "",
  ) {}

  me(): Promise<Me> {
    return askJson(this.fetcher, `${this.root}/api/me`);
  }

  /** This browser's cookie is worth nothing from then on. */
  async signOut(): Promise<void> {
    await ask(this.fetcher, `${this.root}/sign-out`, { method: "POST" });
  }

  async workspaces(): Promise<readonly WorkspaceSummary[]> {
    const answer = await askJson<{ workspaces: WorkspaceSummary[] }>(this.fetcher, `${this.root}/api/workspaces`);
    return answer.workspaces;
  }

  graph({ workspace, env, graph }: Place): Promise<Graph> {
    return askJson(this.fetcher, `${this.root}/api/workspaces/${part(workspace)}/${part(env)}/graphs/${part(graph)}`);
  }

  open(place: Place): Promise<Opened> {
    return askJson(this.fetcher, `${this.root}/api/watch`, json("POST", place));
  }

  async close(session: string): Promise<void> {
    await ask(this.fetcher, `${this.root}/api/watch/${part(session)}`, { method: "DELETE", keepalive: true });
  }

  /** Has the server follow these; of a trace that only this browser knows it has never heard. */
  async follows(session: string, tokens: readonly string[]): Promise<void> {
    await ask(this.fetcher, `${this.root}/api/watch/${part(session)}`, json("PATCH", { follows: tokens.filter((token) => !token.startsWith(LOCAL_TOKEN)) }));
  }

  /** Has the server carry and count only what passes; "" ends that. */
  async filter(session: string, filter: string): Promise<void> {
    await ask(this.fetcher, `${this.root}/api/watch/${part(session)}`, json("PATCH", { filter }));
  }

  /** Follows whoever has this identifier; the server derives the tokens and forgets the value. */
  find(session: string, kind: string, value: string): Promise<Found> {
    return askJson(this.fetcher, `${this.root}/api/watch/${part(session)}/follow`, json("POST", { kind, value }));
  }

  poll(session: string, after: string, wait: number, signal: AbortSignal): Promise<Polled> {
    const query = `?after=${part(after)}&wait=${wait}`;
    return askJson(this.fetcher, `${this.root}/api/watch/${part(session)}/frames${query}`, { signal }, (wait + 15) * 1000);
  }

  /** What lies in `(after, until]`, in frames that end exactly there. */
  span(session: string, after: string, until: string, signal: AbortSignal): Promise<Polled> {
    return askJson(this.fetcher, `${this.root}/api/watch/${part(session)}/frames?after=${part(after)}&until=${part(until)}`, { signal });
  }

  seat(session: string): Promise<Seat> {
    return askJson(this.fetcher, `${this.root}/api/watch/${part(session)}/relay`);
  }

  sign(session: string, channel: string, socketId: string): Promise<Signature> {
    const asked = { watch_session_id: session, channel_name: channel, socket_id: socketId };
    return askJson(this.fetcher, `${this.root}/api/channels/auth`, json("POST", asked));
  }

  /** Where a function in Segment publishes a workspace's events. */
  published({ workspace, env, graph }: Place, signal: AbortSignal): Promise<PublishedSeat> {
    return askJson(this.fetcher, `${this.root}/api/workspaces/${part(workspace)}/${part(env)}/function?graph=${part(graph)}`, { signal });
  }

  signPublished({ workspace, env }: Place, channel: string, socketId: string): Promise<Signature> {
    return askJson(this.fetcher, `${this.root}/api/workspaces/${part(workspace)}/${part(env)}/function`, json("POST", { channel_name: channel, socket_id: socketId }));
  }

  stream(session: string, after: string, signal: AbortSignal): Promise<Response> {
    const headers = { accept: "text/event-stream" };
    return this.fetcher(`${this.root}/api/watch/${part(session)}/stream?after=${part(after)}`, { headers, signal, cache: "no-store", credentials: "same-origin" });
  }

  testEvent(place: Place, node: string | null): Promise<{ message_id: string; name: string }> {
    return askJson(this.fetcher, `${this.root}/api/test-event`, json("POST", { ...place, node }));
  }

  visitors(): Promise<{ running: boolean; rate: number }> {
    return askJson(this.fetcher, `${this.root}/api/demo/visitors`);
  }

  async simulate(place: Place, rate: number): Promise<void> {
    await ask(this.fetcher, `${this.root}/api/demo/visitors`, json("POST", { ...place, rate }));
  }

  async stopVisitors(): Promise<void> {
    await ask(this.fetcher, `${this.root}/api/demo/visitors`, { method: "DELETE" });
  }
}
