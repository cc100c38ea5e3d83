/** The past of a session by a link: to name one's own, and to open another's. */
import type { GraphRef } from "@dagnet-realtime/client/api";
import { ApiError } from "@dagnet-realtime/client/http";
import type { SessionStart } from "@dagnet-realtime/client/source";
import { clock } from "@dagnet-realtime/react/format";
import { usesFunctionIngest } from "./graphRef.ts";
import { toast } from "./notices.ts";
import type { AppContext } from "./appContext.ts";

/** Refusals after which the graph is watched without the past. */
const WITHOUT: ReadonlySet<string> = new Set(["gone", "forbidden", "rate_limited"]);

/** Opens a session that begins with another's On, or one that begins now and says why. */
export async function openShared({ api, store }: Pick<AppContext, "api" | "store">, place: GraphRef, share: string): Promise<SessionStart> {
  try {
    const opened = await api.openSession(place, share);
    const since = Date.parse(opened.started_at);
    toast(store, { what: `This link shows what has happened since ${clock(since)}.`, meaning: "That is as far back as the one who shared it has watched, and as the server keeps events.", remedy: "", bad: false });
    return { session: opened.watch_session_id, position: opened.position, since };
  } catch (error) {
    if (!(error instanceof ApiError) || !WITHOUT.has(error.code)) throw error;
    const opened = await api.openSession(place);
    const why = { gone: "The session that the link shares has ended.", forbidden: "You may watch here, but not see the past of a shared session." }[error.code] ?? `${error.title}.`;
    toast(store, { what: why, meaning: "What happens from now on is shown.", remedy: error.code === "forbidden" ? "Ask the person who administers this server for the role “follow”." : "", bad: true });
    return { session: opened.watch_session_id, position: opened.position };
  }
}

/** Keeps in the store what a link names the present session by. */
export function keepShare({ store, api }: Pick<AppContext, "api" | "store">): void {
  const ask = async (session: string): Promise<void> => {
    const opened = await api.openedSession(session).catch(() => null);
    if (store.getState().session === session) store.setState({ share: opened?.share ?? "" });
  };
  const look = (): void => {
    const { session, phase, serverless, me } = store.getState();
    store.setState({ share: "" });
    if (session !== null && phase === "on" && !serverless && me?.can.includes("follow") === true && !usesFunctionIngest(store.getState())) void ask(session);
  };
  store.subscribe(({ session }, before) => {
    if (session !== before.session) look();
  });
  look();
}
