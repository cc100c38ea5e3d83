/** Keeps the session that is watched: now and then, and when it ends or the page goes. */
import { totals } from "@dagnet-realtime/engine/select/totals";
import { writeSessionLog } from "@dagnet-realtime/engine/sessionLogFile";
import type { WorkspaceSummary } from "@dagnet-realtime/client/api";
import { ApiError } from "@dagnet-realtime/client/http";
import { workspaceOf } from "@dagnet-realtime/client/sources/remote";
import { EarlierSessions, type EarlierSession, type KeptSessions } from "./earlierSessions.ts";
import type { AppContext } from "./appContext.ts";

/** Between two saves of a session that is on; a large one is written less often. */
const SAVE_MS = 30_000;
const LARGE_BYTES = 2 * 1024 * 1024;
const LARGE_SAVE_MS = 300_000;
/** A deletion that the server knows has reached this page by then. */
const SETTLE_MS = 3000;

/** What a server says to a person whom it does not let in any more. */
const REFUSED: ReadonlySet<string> = new Set(["unauthorized", "forbidden"]);

/** Since when no person of a workspace was deleted; "" if the server does not say. */
function undeletedSince(there: WorkspaceSummary | undefined): string {
  return there?.undeleted_since ?? there?.earlier_since ?? "";
}

/** The browser's locks, by which tabs know what others watch. */
export type Locks = Pick<LockManager, "request" | "query">;

const LOCK = "dagnet-realtime-watching-";

export class SessionKeeper implements KeptSessions {
  readonly sessions: EarlierSessions;
  /** Since when no person was deleted of whom the session's log may know. */
  #undeleted: Promise<string> = Promise.resolve("");
  #saving: Promise<void> = Promise.resolve();
  #deletions = 0;
  /** Whether the session had a gap, which may have hidden another deletion, also from before a
   * Clear.
   */
  #gap = false;
  #saved = { revision: -1, bytes: 0, at: -Infinity };
  #release: (() => void) | null = null;
  #wiped = false;

  constructor(
    private readonly context: AppContext,
    factory: () => IDBFactory | undefined,
    private readonly locks: Locks | undefined,
  ) {
    this.sessions = new EarlierSessions(factory);
  }

  /** Begins to keep what is watched. */
  start(): void {
    const { store, environment } = this.context;
    const begin = (): void => {
      this.#wiped = false;
      this.#gap = false;
      this.#undeleted = this.#settle();
      this.#hold();
    };
    if (store.getState().phase === "on") begin();
    store.subscribe((ui, before) => {
      if (ui.session !== before.session) this.#release?.();
      if (ui.phase === "on" && ui.session !== before.session) begin();
      // The engine still has what was collected.
      if (before.phase === "on" && ui.phase !== "on") this.save(before.session, before.graphRef, before.graph);
      // The reason may be that a role was lost.
      if (ui.endedBecause !== "" && before.endedBecause === "") void this.#look();
      if (ui.workspaces !== before.workspaces) void this.list();
    });
    void this.list();
    const run = async (): Promise<never> => {
      for (;;) {
        await environment.sleep(SAVE_MS, new AbortController().signal);
        const wait = this.#saved.bytes > LARGE_BYTES ? LARGE_SAVE_MS : 0;
        if (environment.now() - this.#saved.at >= wait) this.saveNow();
      }
    };
    void run();
  }

  async list(): Promise<readonly EarlierSession[]> {
    const { store, environment } = this.context;
    await this.#saving;
    const { me, workspaces, session } = store.getState();
    const watched = new Set([session, ...((await this.locks?.query())?.held ?? []).map(({ name = "" }) => name.replace(LOCK, ""))]);
    const all = await this.sessions.list({ person: me?.person ?? "", workspaces }, environment.now());
    return all.filter(({ id }) => !watched.has(id));
  }

  async forget(): Promise<string> {
    this.#deletions += 1;
    const undeleted = (this.#undeleted = this.#settle().then((since) => (this.#sawGap() ? "" : since)));
    const { graphRef } = this.context.store.getState();
    await this.sessions.remove(({ workspace, env }) => workspace === graphRef?.workspace && env === graphRef.env);
    return undeleted;
  }

  async wipe(): Promise<void> {
    this.#wiped = true;
    await this.sessions.remove(() => true);
  }

  /** Keeps what the engine has collected under `session`. */
  save(session: string | null, graphRef = this.context.store.getState().graphRef, graph = this.context.store.getState().graph): void {
    const { engine, environment, store } = this.context;
    const { me, workspaces } = store.getState();
    const there = graphRef === null ? undefined : workspaceOf(workspaces, graphRef);
    const { count, tests } = totals(engine.state, engine.at());
    if (this.#wiped || session === null || graphRef === null || me === null || !there?.earlier_since || count + tests === 0) return;
    if (engine.state.revision === this.#saved.revision) return;
    this.#sawGap();
    const log = writeSessionLog(engine.state);
    this.#saved = { revision: engine.state.revision, bytes: log.length, at: environment.now() };
    const one = {
      id: session, person: me.person, ...graphRef, title: graph?.title || graphRef.graph, role: there.role ?? "",
      since: engine.state.accumulation.since, until: engine.at(), events: count, bytes: log.length, savedAt: environment.now(),
    };
    const deletions = this.#deletions;
    this.#saving = this.#undeleted.then(async (undeleted) => {
      if (undeleted !== "" && !this.#wiped && deletions === this.#deletions) await this.sessions.save({ ...one, undeleted }, log);
    });
  }

  /** Keeps the session that is on, as when the page may go. */
  saveNow(): void {
    const { phase, session } = this.context.store.getState();
    if (phase === "on") this.save(session);
  }

  #sawGap(): boolean {
    return (this.#gap ||= this.context.engine.state.accumulation.missed.gaps.length > 0);
  }

  /** Asks since when no person was deleted, and resolves once such a deletion would have reached
   * the session's log; "" if it is not known.
   */
  async #settle(): Promise<string> {
    const { api, environment, store } = this.context;
    const { graphRef } = store.getState();
    const deletions = this.#deletions;
    const workspaces = await api.workspaces().catch(() => null);
    if (workspaces === null || graphRef === null) return "";
    store.setState({ workspaces });
    await environment.sleep(SETTLE_MS, new AbortController().signal);
    return deletions === this.#deletions ? undeletedSince(workspaceOf(workspaces, graphRef)) : "";
  }

  /** Asks what may still be watched; a person who may watch nothing keeps nothing. */
  async #look(): Promise<void> {
    const { api, store } = this.context;
    try {
      store.setState({ workspaces: await api.workspaces() });
    } catch (error) {
      if (error instanceof ApiError && REFUSED.has(error.code)) await this.wipe();
    }
  }

  /** Tells other tabs that this one watches the session. */
  #hold(): void {
    const { session } = this.context.store.getState();
    void this.locks?.request(`${LOCK}${session ?? ""}`, () => new Promise<void>((done) => { this.#release = done; })).catch(() => undefined);
  }
}
