/** The sources that a server of DagNet Realtime answers for. */
import { lookUp, REMOTE } from "@dagnet-realtime/engine/dedupe";
import { Api, type GraphRef, loadGraph, type ServerApi, type WorkspaceSummary } from "../api.ts";
import type { Environment } from "../environment.ts";
import { ApiError, backoffMs } from "../http.ts";
import { made, type SessionStart, type Source } from "../source.ts";
import { type Carrier, POLLS_BY_CHOICE, POLLS_ONLY, STREAM } from "../transport/carriers.ts";
import { functionTransport, relayTransport } from "../transport/relay/relayTransport.ts";
import { RemoteTransport } from "../transport/remoteTransport.ts";
import { lockSlots, type StreamSlots } from "../transport/streamSlots.ts";
import type { Transport } from "../transport/transport.ts";
import { Bearer } from "../token.ts";
import type { ServerOptions } from "./options.ts";

/** Whether a token is to be renewed is looked at this often: a machine may have slept. */
const RENEW_CHECK_MS = 60_000;

/** How frames come from a server. `push` is false if it keeps no connection open, `relay` true if a
 * provider carries the frames.
 */
export interface ServerLink {
  readonly api: ServerApi;
  readonly slots: StreamSlots;
  readonly carrier?: Carrier;
  readonly push?: boolean;
  readonly relay?: boolean;
}

/** Where a session stands that only this browser counts. */
export const FIRST_POSITION = "function:0";

/** A graph's events as the server received them. `link` is read when a session begins. */
export function serverSource(place: GraphRef, link: () => ServerLink): Source {
  const { api } = link();
  return {
    lane: "remote",
    matches: true,
    open: async () => {
      const opened = await api.openSession(place);
      return { session: opened.watch_session_id, position: opened.position };
    },
    connect: ({ session, position }, { environment }) => {
      const { slots, carrier = STREAM, push = true, relay = false } = link();
      return relay ? relayTransport(api, session, position, environment) : new RemoteTransport(api, session, position, slots, environment, push ? carrier : POLLS_ONLY);
    },
    move: (session) => moveTo(api, session, place.graph),
    close: (session) => api.closeSession(session),
    graph: () => loadGraph(api, place),
    follows: (session, tokens) => api.follows(session, tokens),
    filter: (session, text) => api.filter(session, text),
  };
}

async function moveTo(api: ServerApi, session: string, graph: string): Promise<SessionStart> {
  return { session, position: (await api.changeGraph(session, graph)).position };
}

/** A graph's events as a function in Segment publishes them: the server only signs. */
export function functionSource(place: GraphRef, api: ServerApi): Source {
  return {
    lane: "remote",
    prefix: "function",
    position: FIRST_POSITION,
    connect: ({ session, position }, { engine, environment, resumed }) => {
      const known = (id: string): boolean => ((lookUp(engine.state.accumulation.dedupe, id)?.lanes ?? 0) & REMOTE) !== 0;
      return functionTransport({ api, place, session, position, resumed, table: () => engine.state.table, known }, environment);
    },
    graph: () => loadGraph(api, place),
  };
}

/** The workspace's own words on how its events come; undefined if it is not listed. */
export function workspaceOf(workspaces: readonly WorkspaceSummary[], place: Pick<GraphRef, "workspace" | "env">): WorkspaceSummary | undefined {
  return workspaces.find(({ id, env }) => id === place.workspace && env === place.env);
}

/** The source of a server that lets this page in by token. */
export function tokenSource({ url, workspace, env, token, graph, transport = "push" }: ServerOptions): Source {
  const bearer = new Bearer(token, () => Date.now(), (...asked) => fetch(...asked));
  const api = new Api(bearer.fetch, url.replace(/\/+$/, ""));
  const { navigator } = globalThis as { readonly navigator?: { readonly locks?: LockManager } };
  const slots = lockSlots(navigator?.locks);
  let link: ServerLink = { api, slots };
  let byFunction = false;
  /** The source of one graph; null until it is known by which way events come. */
  const sourceOf = (begun: GraphRef | null): Source => {
    let place = begun;
    let inner: Source | null = null;
    const choose = (there: GraphRef): Source => {
      place = there;
      return (inner = byFunction ? functionSource(there, api) : serverSource(there, () => link));
    };
    if (begun !== null) choose(begun);
    return {
      lane: "remote",
      get matches() {
        return inner?.matches === true;
      },
      open: async (shown) => {
        const there = { workspace, env, graph: graph ?? shown.name };
        const [me, workspaces] = await Promise.all([optional(api.me()), optional(api.workspaces())]);
        const found = workspaceOf(workspaces ?? [], there);
        link = { api, slots, ...(transport === "poll" ? { carrier: POLLS_BY_CHOICE } : { push: me?.push !== false, relay: found?.relay === true }) };
        byFunction = found?.ingest === "function";
        const chosen = choose(there);
        return chosen.open?.(shown) ?? made(chosen);
      },
      connect: (start, context) => {
        const carried = inner?.connect(start, context) ?? null;
        return carried && renewing(carried, bearer, context.environment);
      },
      ...(begun === null || byFunction ? {} : { move: (session: string) => moveTo(api, session, begun.graph) }),
      another: ({ name }) => (graph !== undefined || name === "" || name === place?.graph ? null : sourceOf({ workspace, env, graph: name })),
      close: async (session) => { await inner?.close?.(session); },
      graph: () => inner?.graph?.() ?? Promise.reject(new Error("There is no session.")),
      follows: async (session, tokens) => { await inner?.follows?.(session, tokens); },
      filter: async (session, text) => { await inner?.filter?.(session, text); },
    };
  };
  return sourceOf(null);
}

/** What a token may be too narrow to ask; null then. */
async function optional<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && (error.code === "forbidden" || error.code === "not_found")) return null;
    throw error;
  }
}

/** The transport, which connects anew with a fresh token before the one it has lapses; if the host
 * gives none, it is asked ever less often.
 */
export function renewing(inner: Transport, bearer: Bearer, environment: Environment): Transport {
  const stopped = new AbortController();
  const watch = async (): Promise<void> => {
    for (let failures = 0; ;) {
      const wait = failures > 0 ? backoffMs(failures, environment.random()) : Math.min(RENEW_CHECK_MS, bearer.renewAt - environment.now());
      await environment.sleep(Math.max(1_000, wait), stopped.signal);
      if (stopped.signal.aborted) return;
      if (environment.now() < bearer.renewAt) continue;
      const fresh = await bearer.renew().catch(() => null);
      failures = fresh === null ? failures + 1 : 0;
      // A poll is short, and the next one has the fresh token.
      if (fresh !== null && (inner.state.transport === "push" || inner.state.transport === "provider")) inner.reconnect?.();
    }
  };
  return {
    get state() {
      return inner.state;
    },
    start: (sink) => {
      inner.start(sink);
      void watch();
    },
    stop: () => {
      stopped.abort();
      inner.stop();
    },
    seek: (position) => inner.seek?.(position),
  };
}
