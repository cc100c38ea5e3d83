/** Opens workspaces in a page without a server: files, a share link, the sample; also on reload. */
import { ApiError } from "@dagnet-realtime/client/http";
import { restoreSession, type TabStorage } from "@dagnet-realtime/client/sessionSnapshot";
import { LINK_WITHOUT_DEFINITIONS, toNotice, toast } from "../store/notices.ts";
import type { BrowserStorage } from "../store/browserStorage.ts";
import { chooseGraph, sameGraph, formatGraphRef } from "../store/graphRef.ts";
import { writePreferences } from "../store/preferences.ts";
import { showGraph } from "../store/boot.ts";
import type { AppContext } from "../store/appContext.ts";
import type { SessionController } from "../store/sessionController.ts";
import type { WorkspaceStore, StoredWorkspace } from "./workspaceStore.ts";
import type { DroppedThing } from "../drops.ts";
import { assembleWorkspace, droppedFiles, type FileCandidate, readFiles, type WorkspaceFiles } from "./files.ts";
import { errorsOf, type OfflineApi } from "./offlineApi.ts";

const NOTHING = new ApiError("invalid", "There is no DagNet graph in what you gave.", "A graph is a .json file in a folder graphs/.", "Drop the folder that holds graphs/, events/ and nodes/.");

export class OfflineController {
  #stored: StoredWorkspace | null = null;
  #begun: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: AppContext,
    private readonly watch: SessionController,
    private readonly shelf: OfflineApi,
    private readonly chest: WorkspaceStore,
    private readonly keeping: BrowserStorage,
  ) {}

  /** What a page begins with: the graph in its own address, else the workspace opened here last,
   * with the events that this tab had collected before it was reloaded.
   */
  begin(address: string, wish: string, tab: TabStorage | null): Promise<void> {
    return this.#begun = this.#begin(address, wish, tab);
  }

  async #begin(address: string, wish: string, tab: TabStorage | null): Promise<void> {
    const { store, environment } = this.context;
    const session = restoreSession(tab, environment.now());
    const kept: StoredWorkspace | null = /[?#&]data=/.test(address) ? { kind: "link", link: address } : await this.chest.load();
    if (kept === null) {
      store.setState({ phase: "off", graphRef: null, graph: null });
      return;
    }
    await this.#open(kept, session === null ? wish : formatGraphRef(session.place), session === null);
    const { graph, graphRef } = store.getState();
    if (session !== null && graph !== null && graphRef !== null && sameGraph(session.place, graphRef)) this.watch.resume(session);
  }

  async openFiles(candidates: AsyncIterable<FileCandidate> | Iterable<FileCandidate>): Promise<void> {
    const { files, left } = await readFiles(candidates);
    // What is dropped as the page begins goes over what it begins with.
    await this.#begun.catch(() => undefined);
    const settled = assembleWorkspace(files, this.#files());
    if (settled === null) {
      this.#showError(left.length > 0 ? new ApiError("invalid", NOTHING.title, left.join(" "), NOTHING.remedy) : NOTHING);
      return;
    }
    await this.#open({ kind: "files", given: { title: settled.title, files: settled.files } });
    const beside = settled.beside.length > 0 ? [`Beside it there is ${settled.beside.join(", ")}: drop it by itself to see it.`] : [];
    this.#warn([...left, ...beside].join(" "));
  }

  async openDrop(things: readonly DroppedThing[]): Promise<void> {
    await this.openFiles(droppedFiles(things));
  }

  async openLink(link: string): Promise<void> {
    await this.#open({ kind: "link", link });
  }

  async openSample(): Promise<void> {
    const { sample } = await import("./sample.ts");
    await this.#open({ kind: "files", given: sample() });
  }

  /** Closes what is open, and forgets it. */
  async close(): Promise<void> {
    const { store, engine } = this.context;
    if (store.getState().phase === "on") await this.watch.off();
    this.#stored = null;
    this.shelf.closeWorkspace();
    engine.reset();
    store.setState({ phase: "off", workspaces: [], linked: false, graphRef: null, graph: null, selected: null, trace: "", notice: null });
    await this.chest.clear();
  }

  /** For a page from disk: keeps the open workspace and the preferences, from now on; or forgets it
   * all, and keeps nothing. The control changes when the browser has done so.
   */
  async allowStorage(wanted: boolean): Promise<void> {
    const { store } = this.context;
    if (wanted) {
      this.keeping.allow();
      writePreferences(this.keeping.lasting, store.getState().preferences);
      if (this.#stored !== null) await this.chest.save(this.#stored);
    } else await this.keeping.forbid();
    store.setState({ storageAllowed: this.keeping.allowed });
  }

  #files(): WorkspaceFiles | null {
    return this.#stored?.kind === "files" ? this.#stored.given : null;
  }

  async #open(kept: StoredWorkspace, wish = "", eager = true): Promise<void> {
    const { store, api } = this.context;
    try {
      const found = await this.shelf.openWorkspace(kept);
      if (store.getState().phase === "on") await this.watch.off();
      this.#stored = kept;
      const [me, workspaces] = await Promise.all([api.me(), api.workspaces()]);
      const before = store.getState().graphRef;
      const graphRef = chooseGraph(workspaces, [wish, before === null ? "" : formatGraphRef(before), store.getState().preferences.place]);
      if (graphRef === null) throw NOTHING;
      store.setState({ me, workspaces, linked: kept.kind === "link" });
      await showGraph(this.context, graphRef);
      this.#warn(found.errors.length > 0 ? errorsOf(found) : "");
      if (kept.kind === "link") toast(store, { what: LINK_WITHOUT_DEFINITIONS, meaning: "A node lights if an event has that very name.", remedy: "Drop the repository’s folder to have the names that its definitions give.", bad: false });
      await this.chest.save(kept);
      const { graph } = store.getState();
      if (eager && graph !== null) await this.watch.on(graphRef, graph);
    } catch (error) {
      this.#showError(error);
    }
  }

  #showError(error: unknown): void {
    const { store } = this.context;
    const shown = store.getState().graph !== null;
    const notice = toNotice(error, shown ? "What was open stays open." : "");
    if (shown) toast(store, notice);
    else store.setState({ phase: "off", notice });
  }

  #warn(said: string): void {
    if (said !== "") toast(this.context.store, { what: said, meaning: "Everything else is open.", remedy: "", bad: true });
  }
}
