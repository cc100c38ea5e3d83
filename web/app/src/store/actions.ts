/** Everything a person can do, one method each; keys, buttons and menus all call these. */
import { Pause } from "@dagnet-realtime/client/pause";
import type { KeyValueStorage } from "@dagnet-realtime/client/sessionSnapshot";
import type { GraphRef } from "@dagnet-realtime/client/api";
import type { Highlight, EdgeRef } from "@dagnet-realtime/react/picture/types";
import { dismiss, toast, toNotice } from "./notices.ts";
import { formatGraphRef, workspaceKey } from "./graphRef.ts";
import { ignoredNamesOf, writePreferences, type Preferences } from "./preferences.ts";
import { checkLabels, keepLabel, stampLabels, stampOf, type TraceLabels, wipeLabels, workspaceOfStamp } from "./traceLabels.ts";
import { LONGEST_LABEL } from "@dagnet-realtime/react/side/TraceName.tsx";
import { FollowController } from "./followController.ts";
import { lazyCode } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import type { Pane, UiState } from "./uiState.ts";
import type { AppContext } from "./appContext.ts";
import type { SessionController } from "./sessionController.ts";

/** Events per second of the demo's visitors: brisk, yet each step can be seen. */
const VISITORS = 6;

const loadSwitch = lazyCode(() => import("./graphSwitch.ts"));

/** Jumps that are not to be shown, remembered at most. */
const MOST_IGNORED = 200;

export class Actions {
  readonly follow: FollowController;
  readonly #pause: Pause;
  /** The session whose beginning the labels were checked for: deletions since are heard by it. */
  #heard: string | null = null;

  constructor(
    private readonly context: AppContext,
    private readonly watch: SessionController,
    private readonly shelf: KeyValueStorage | null,
  ) {
    this.#pause = new Pause(context.engine, context.environment, (state) => { context.store.setState(state); });
    this.follow = new FollowController(context, (token) => {
      this.showTrace(token);
    });
    watch.forgot = (tokens) => { this.#forget(tokens); };
    context.store.subscribe(({ me, workspaces }, before) => {
      if (me !== null && (me !== before.me || workspaces !== before.workspaces)) this.#checkLabels(me.person, me.person === before.me?.person);
    });
  }

  async toggle(): Promise<void> {
    const { phase, graphRef, graph } = this.context.store.getState();
    if (phase === "on") await this.watch.off();
    else if (phase === "off" && graphRef && graph) await this.watch.on(graphRef, graph);
  }

  /** Turns Realtime off and signs out: nothing that was collected stays in this page. Returns
   * whether the server has signed this browser out.
   */
  async signOut(): Promise<boolean> {
    const { store, api, engine, earlier } = this.context;
    // A part that cannot be fetched must not keep a person signed in.
    await earlier?.().then((keeper) => keeper.wipe()).catch(() => undefined);
    await this.watch.off();
    try {
      await api.signOut();
    } catch (error) {
      toast(store, toNotice(error, "You are still signed in."));
      return false;
    }
    engine.reset();
    wipeLabels(this.shelf);
    store.setState({ me: null, labels: {}, tabLabels: {} });
    return true;
  }

  /** Another graph: On stays On, and what was counted is counted anew. */
  async choose(graphRef: GraphRef): Promise<void> {
    const { switchGraph } = await loadSwitch();
    if (await switchGraph(this.context, this.watch, graphRef)) this.setPreferences({ place: formatGraphRef(graphRef) });
  }

  /** Looks again at which graphs there are; if that fails the list stays as it was. */
  async refreshWorkspaces(): Promise<void> {
    const { store, api } = this.context;
    const workspaces = await api.workspaces().catch(() => null);
    if (workspaces) store.setState({ workspaces });
  }

  /** Pause, go on, or be done with catching up; a replay holds or plays on. */
  pause(): void {
    const { phase, replay } = this.context.store.getState();
    replay?.togglePlaying();
    if (phase === "on") this.#pause.toggle();
  }

  /** Ends a pause without showing how what waited came. */
  jumpToNow(): void {
    if (this.context.store.getState().phase === "on") this.#pause.jumpToNow();
  }

  clear(): void {
    const { store, engine } = this.context;
    engine.dispatch({ kind: "clear" });
    const undo = (): void => {
      engine.dispatch({ kind: "undo" });
    };
    toast(store, { what: "Cleared.", meaning: "Counting begins anew; the session goes on.", remedy: "", bad: false, action: { label: "Undo", run: undo } });
  }

  /** Hides the events that do not pass. A filter other than the server's ends that one: what it
   * left out is never hidden by mistake.
   */
  filter(text: string): void {
    const { store, engine } = this.context;
    engine.dispatch({ kind: "filter", text });
    store.setState({ filter: text });
    if (store.getState().serverFilter !== "") void this.filterAtServer(false);
  }

  /** Leaves the view's whole budget to what passes the filter, or ends that. */
  async filterAtServer(wanted: boolean): Promise<void> {
    const { store, api } = this.context;
    const { session, phase, filter } = store.getState();
    const atServer = wanted ? filter : "";
    if (session === null || phase !== "on") return;
    store.setState({ serverFilter: atServer });
    try {
      await api.filter(session, atServer);
    } catch (error) {
      store.setState({ serverFilter: "" });
      toast(store, toNotice(error, "The filter goes on running in this page alone."));
    }
  }

  /** Brings a part of the page into view: opens it, and in a narrow window shows it alone. */
  show(pane: Pane, change: Partial<Preferences> = {}): void {
    this.context.store.setState({ pane });
    const opens: Partial<Record<Pane, Partial<Preferences>>> = { events: { feedOpen: true }, side: { sideOpen: true }, shop: { shop: "open" } };
    this.setPreferences({ ...opens[pane], ...change });
  }

  select(node: string | null): void {
    this.context.store.setState({ selected: node, selectedEdge: null, highlight: null });
    if (node === null) return;
    this.context.store.setState({ pane: "side" });
    this.setPreferences({ tab: "node" });
  }

  /** Selects an edge or a jump, and shows what is known of it. */
  selectEdge(edge: EdgeRef | null): void {
    this.context.store.setState({ selectedEdge: edge, selected: null, highlight: null });
    if (edge !== null) this.show("side", { tab: "node" });
  }

  /** Points nodes and edges out on the picture, all of them in view. */
  setHighlight(pointed: Highlight | null): void {
    this.context.store.setState({ highlight: pointed, selected: null, selectedEdge: null, ...(pointed === null ? {} : { pane: "graph" }) });
  }

  /** Hides a jump of the graph that is shown, or shows it again; the browser remembers. */
  ignore(jump: string, ignored: boolean): void {
    const { graphRef, preferences: kept } = this.context.store.getState();
    const key = `${graphRef === null ? "" : formatGraphRef(graphRef)} ${jump}`;
    const others = kept.ignored.filter((one) => one !== key);
    this.setPreferences({ ignored: ignored ? [...others, key].slice(-MOST_IGNORED) : others });
  }

  /** Shows a trace's timeline. */
  showTrace(token: string): void {
    this.context.store.setState({ trace: token });
    this.show("side", { tab: "traces" });
  }

  /** Gives a trace a name of the person's own, in this browser only; "" takes it away. */
  labelTrace(token: string, label: string): void {
    const { store } = this.context;
    const { me, labels, serverless, workspaces, graphRef } = store.getState();
    store.setState({ labels: keepLabel(this.shelf, me?.person ?? "", labels, token, label, serverless ? "" : stampOf(workspaces, graphRef)) });
  }

  /** Shows the labels that are kept. Those of a workspace of which a person was deleted unheard go:
   * no one knows whose they were.
   */
  #checkLabels(person: string, same: boolean): void {
    const { store } = this.context;
    const { workspaces, phase, session, graphRef, serverless, labels: before } = store.getState();
    if (!serverless && (workspaces.length === 0 || workspaces.some((one) => one.undeleted_since === undefined))) return;
    const heard = phase === "on" && session === this.#heard ? workspaceKey(graphRef) : null;
    if (phase === "on") this.#heard = session;
    const now = new Set(["", ...workspaces.map(({ id, env }) => stampOf(workspaces, { workspace: id, env }))]);
    const { labels, gone } = checkLabels(this.shelf, person, (stamp) => now.has(stamp) || workspaceOfStamp(stamp) === heard);
    store.setState({ labels: { ...(same ? Object.fromEntries(Object.entries(before).filter(([token]) => !gone.has(token))) : {}), ...labels } });
    if (gone.size > 0) toast(store, { what: "Names that you gave to traces are gone.", meaning: "A person was deleted while no page of yours was on, and nothing says whose names they were.", remedy: "", bad: false });
  }

  /** A name that is kept in this page's memory alone: it may identify a person. */
  labelInTab(token: string, label: string): void {
    this.context.store.setState(({ tabLabels }) => ({ tabLabels: { ...tabLabels, [token]: label.slice(0, LONGEST_LABEL) } }));
    this.#showAtOnce();
  }

  /** Names given to the traces of a person who was deleted go with them. */
  #forget(tokens: readonly string[]): void {
    const { store, earlier } = this.context;
    const { me, session, graphRef } = store.getState();
    const person = me?.person ?? "";
    checkLabels(this.shelf, person, (_, token) => !tokens.includes(token));
    const others = (labels: TraceLabels): TraceLabels => Object.fromEntries(Object.entries(labels).filter(([token]) => !tokens.includes(token)));
    store.setState(({ labels, tabLabels }) => ({ labels: others(labels), tabLabels: others(tabLabels) }));
    const settled = async (): Promise<void> => {
      const since = await (await earlier?.())?.forget();
      if (since && store.getState().session === session) stampLabels(this.shelf, person, `${workspaceKey(graphRef)} ${since}`);
    };
    settled().catch(() => undefined);
  }

  bind(name: string, node: string): void {
    const { store, engine } = this.context;
    engine.dispatch({ kind: "bind", name, node });
    const label = store.getState().graph?.nodes.find(({ uuid }) => uuid === node)?.label ?? "the node";
    toast(store, { what: `${name} lights ${label} in this session.`, meaning: "What came before is filled in.", remedy: "", bad: false, action: { label: "Unmap", run: () => { this.unbind(name); } } });
  }

  /** Ends a mapping, as if it had never been. */
  unbind(name: string): void {
    this.context.engine.dispatch({ kind: "unbind", name });
    this.#showAtOnce();
  }

  /** Ends the latest mapping that still stands; false if there is none. */
  undoMapping(): boolean {
    const { store, engine } = this.context;
    const last = [...engine.state.binds].at(-1);
    if (last === undefined) return false;
    this.unbind(last[0]);
    toast(store, { what: `${last[0]} is no longer mapped.`, meaning: "What it had counted is unmapped again.", remedy: "", bad: false, action: { label: "Map again", run: () => { this.bind(...last); } } });
    return true;
  }

  /** Keeps unmapped names out of the lists and the share, in this workspace; the browser
   * remembers.
   */
  ignoreName(pattern: string, ignored: boolean): void {
    const { graphRef, preferences: kept } = this.context.store.getState();
    const key = `${workspaceKey(graphRef)} ${pattern}`;
    const others = kept.ignoredNames.filter((one) => one !== key);
    this.setPreferences({ ignoredNames: ignored ? [...others, key].slice(-MOST_IGNORED) : others });
    this.context.engine.dispatch({ kind: "ignore", patterns: ignoredNamesOf(this.context.store.getState().preferences, workspaceKey(graphRef)) });
    this.#showAtOnce();
  }

  /** What a person did is seen at once, not with the next second. */
  #showAtOnce(): void {
    this.context.store.setState(({ numbersTick, rowsTick }) => ({ numbersTick: numbersTick + 1, rowsTick: rowsTick + 1 }));
  }

  async testEvent(node: string | null): Promise<void> {
    const { store, api } = this.context;
    const { graphRef } = store.getState();
    if (!graphRef) return;
    try {
      const { name } = await api.testEvent(graphRef, node);
      toast(store, { what: `Sent “${name}” to the webhook.`, meaning: "It lights its node as soon as it has come all the way.", remedy: "", bad: false });
    } catch (error) {
      toast(store, toNotice(error, "No test event was sent."));
    }
  }

  async visitors(): Promise<void> {
    const { store, api } = this.context;
    const { visitors, graphRef } = store.getState();
    if (visitors === null || !graphRef) return;
    try {
      if (visitors > 0) await api.stopVisitors();
      else await api.simulate(graphRef, VISITORS);
      store.setState({ visitors: visitors > 0 ? 0 : VISITORS });
    } catch (error) {
      toast(store, toNotice(error, "The simulated visitors did not listen."));
    }
  }

  /** Remembers a choice about the screen. */
  setPreferences(change: Partial<Preferences>): void {
    const { store } = this.context;
    store.setState(({ preferences: kept }) => ({ preferences: { ...kept, ...change } }));
    writePreferences(this.shelf, store.getState().preferences);
  }

  overlay(which: UiState["overlay"]): void {
    this.context.store.setState(({ overlay, pane }) => ({ overlay: overlay === which ? null : which, pane: which === "table" ? "graph" : pane }));
  }

  dismiss(id: number | "notice"): void {
    if (id === "notice") this.context.store.setState({ notice: null });
    else dismiss(this.context.store, id);
  }
}
