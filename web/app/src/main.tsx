/** The page is put together here, and nowhere else: lanes → engine → store → ui. */
import { startTransition, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Api, type GraphRef } from "@dagnet-realtime/client/api";
import type { State } from "@dagnet-realtime/engine/state";
import type { Fetch } from "@dagnet-realtime/client/http";
import { CompressionDetector } from "@dagnet-realtime/client/transport/carriers";
import { hasPageSecret, readPageSecret, withPageSecret } from "./pageSecret.ts";
import { lockSlots } from "@dagnet-realtime/client/transport/streamSlots";
import { browserEnvironment, randomHex } from "@dagnet-realtime/client/environment";
import { pageChannels } from "@dagnet-realtime/client/transport/tap/channels";
import { Actions } from "./store/actions.ts";
import { BrowserStorage } from "./store/browserStorage.ts";
import { EngineHost } from "@dagnet-realtime/client/engineHost";
import { listenWhilePageLives, TapController } from "./store/tapController.ts";
import { toast } from "./store/notices.ts";
import { ROW_REFRESH_MS, createUiRefresh } from "./store/uiRefresh.ts";
import { readPreferences, storageOrNull } from "./store/preferences.ts";
import { hasServer } from "./offline/detectServer.ts";
import { urlWithFilter, urlWithGraph } from "./store/graphRef.ts";
import { boot } from "./store/boot.ts";
import { createUiStore } from "./store/uiState.ts";
import type { SessionKeeper } from "./store/sessionKeeper.ts";
import type { AppContext } from "./store/appContext.ts";
import { SessionController } from "./store/sessionController.ts";
import { App } from "./ui/App.tsx";
import { openView } from "./ui/sharedView.ts";
import { listenForDrops } from "./drops.ts";
import { tracesIn } from "./ui/traceLink.ts";
import { SessionContext } from "@dagnet-realtime/react/hooks";
import { PageContext } from "./hooks.ts";
import { hostAbilities } from "./hostAbilities.ts";
import { lazyCode, lazyPart, preloadParts } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import { RootBoundary } from "./ui/RootBoundary.tsx";
import { OtherGraphs } from "./store/otherGraphs.ts";
import { PRELOAD_ERROR, VersionWatch } from "./store/versionWatch.ts";
import "@dagnet-realtime/react/styles/fonts.css";
import "@dagnet-realtime/react/styles/tokens.css";
import "@dagnet-realtime/react/styles/base.css";
import "./styles/shell.css";
import "@dagnet-realtime/react/styles/kit.css";
import "@dagnet-realtime/react/styles/bars.css";
import "@dagnet-realtime/react/styles/panels.css";
import "@dagnet-realtime/react/styles/traces.css";
import "@dagnet-realtime/react/styles/states.css";
import "./styles/screen.css";

listenForDrops(window);

const Tv = lazyPart(async () => (await import("./ui/Tv.tsx")).Tv);

if (window.matchMedia("(forced-colors: active)").matches) void import("@dagnet-realtime/react/styles/forced.css");

const loadShare = lazyCode(() => import("./store/sharedPast.ts"));
const loadKeeper = lazyCode(() => import("./store/sessionKeeper.ts"));
let keeper: Promise<SessionKeeper> | undefined;

/** What keeps the session when the page goes; there is no time to fetch it then. */
let keepSession: ((state: State, session: string, place: GraphRef) => void) | undefined;
const loadSnapshot = lazyCode(async () => {
  const [{ saveSession }, { logText }] = await Promise.all([import("@dagnet-realtime/client/sessionSnapshot"), import("@dagnet-realtime/engine/logSnapshot")]);
  keepSession = (state, session, place) => { saveSession(ofTab, session, place, state, browserEnvironment.now(), logText); };
});

const address = new URLSearchParams(window.location.search);
const tv = address.get("screen") === "tv";
/** The filter of a link; null if it names none. */
const wished = address.get("filter");
const disk = !window.location.protocol.startsWith("http");
const keeping = new BrowserStorage(disk, { lasting: storageOrNull(() => window.localStorage), ofTab: storageOrNull(() => window.sessionStorage), databases: storageOrNull(() => window.indexedDB) });
const { lasting, ofTab } = keeping;
const arrived = window.location.hash;
let secret = readPageSecret(lasting, arrived);
if (hasPageSecret(arrived)) window.history.replaceState(null, "", window.location.pathname + window.location.search);
const packing = new CompressionDetector();
const fetcher: Fetch = packing.watch(withPageSecret((url, init) => fetch(url, init), () => (secret = readPageSecret(lasting, "") || secret)));

const remembered = readPreferences(lasting, window.matchMedia("(prefers-color-scheme: light)").matches);
const store = createUiStore(address.has("shop") ? { ...remembered, shop: address.get("shop") === "0" ? "closed" : "open" } : remembered);
document.documentElement.dataset.theme = remembered.theme;

/** Runs something once the browser has nothing better to do; Safari has no idle callbacks. */
function whenIdle(run: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(run, { timeout: 5000 });
  else setTimeout(run, 1000);
}

async function main(): Promise<void> {
  const serverless = !(await hasServer({ alone: document.documentElement.hasAttribute("data-static"), protocol: window.location.protocol }, fetcher));
  store.setState({ serverless, storageAllowed: keeping.allowed });
  const engine = new EngineHost(() => browserEnvironment.now());
  // Reading graph files is the server's work; a page that has one never loads it.
  const alone = serverless ? await import("./offline/index.ts") : null;
  const files = alone && new alone.OfflineApi();
  const slots = lockSlots("locks" in navigator ? navigator.locks : undefined);
  const sessions = (): Promise<SessionKeeper> => keeper ??= loadKeeper().then(({ SessionKeeper }) => {
    const made = new SessionKeeper(context, () => keeping.databases, "locks" in navigator ? navigator.locks : undefined);
    made.start();
    for (const leaving of ["pagehide", "visibilitychange"]) window.addEventListener(leaving, () => { made.saveNow(); }, true);
    return made;
  });
  const context: AppContext = { ...(serverless || disk ? {} : { earlier: sessions }), store, engine, api: files ?? new Api(fetcher), slots, environment: browserEnvironment, carrier: packing.carrier(), share: address.get("share") ?? "" };
  const controller = new SessionController(context);
  const actions = new Actions(context, controller, lasting);
  const { roads: channels, frame: shopChannel } = pageChannels(window, disk, () => randomHex(16));
  const tap = new TapController(context, channels, ofTab, lasting, () => randomHex(16));
  const offline = alone && files && new alone.OfflineController(context, controller, files, alone.openWorkspaceStore(() => keeping.databases), keeping);

  setInterval(createUiRefresh(store, engine), ROW_REFRESH_MS);
  window.addEventListener("pagehide", () => {
    const { session, graphRef } = store.getState();
    if (session !== null && graphRef !== null) keepSession?.(engine.state, session, graphRef);
  });
  store.subscribe(({ me, phase }, before) => {
    if (phase === "on" && before.phase !== "on") loadSnapshot().catch(() => undefined);
    if (me !== null && before.me === null) void context.earlier?.().catch(() => { keeper = undefined; });
  });
  if (wished !== null) store.setState({ filter: wished });
  store.subscribe(({ filter }, before) => {
    if (filter !== before.filter) window.history.replaceState(null, "", urlWithFilter(window.location.href, filter));
  });
  store.subscribe(({ graphRef }, before) => {
    if (graphRef !== null && graphRef !== before.graphRef) window.history.replaceState(null, "", urlWithGraph(window.location.href, graphRef));
  });
  const wish = address.get("graph") ?? "";
  const { tokens: traces, wrong } = tracesIn(address);
  if (wrong) toast(store, { what: "The link names a trace that is none.", meaning: "What stands behind “trace=” in the address is not a trace’s token, so it is not followed.", remedy: "Ask for the link again.", bad: true });
  actions.follow.resume(traces);
  openView(store, actions, address);
  // Pages report at once what they have held back, so they are asked only when a kept session goes
  // on.
  const begun = offline ? offline.begin(window.location.href, wish, ofTab) : boot(context, controller, ofTab, wish, tv || traces.length > 0 || address.has("on") || address.has("share"));
  void begun.then(() => { listenWhilePageLives(tap); });

  const others = new OtherGraphs(store, context.api);
  const versions = new VersionWatch(store, context.api);
  window.addEventListener(PRELOAD_ERROR, () => void versions.look());
  whenIdle(() => void loadShare().then(({ keepShare }) => { keepShare(context); }).catch(() => undefined));
  whenIdle(() => void preloadParts().then(() => { document.documentElement.dataset.parts = "loaded"; }));

  const root = document.getElementById("root");
  if (root === null) return;
  const page = createRoot(root);
  // In slices, so that the first render of all does not hold the page up.
  startTransition(() => {
    page.render(
      <StrictMode>
        <PageContext value={{ store, engine, actions, session: controller, context, tap, shopChannel, offline, picture: { current: null } }}>
          <SessionContext value={{ store, engine, actions, host: hostAbilities(store, controller, engine, others) }}>
            <RootBoundary engine={engine}>
              <Suspense>{tv ? <Tv /> : <App />}</Suspense>
            </RootBoundary>
          </SessionContext>
        </PageContext>
      </StrictMode>,
    );
  });
}

void main();
