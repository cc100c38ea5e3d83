/** The page is put together here, and nowhere else: lanes → engine → store → ui. */
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { Api } from "./lanes/api.ts";
import type { Fetch } from "./lanes/http.ts";
import { Packing } from "./lanes/packed.ts";
import { brought, kept, proving } from "./lanes/page.ts";
import { lockSlots } from "./lanes/slots.ts";
import { browser } from "./lanes/world.ts";
import { roadsOf } from "./lanes/local/roads.ts";
import { Actions } from "./store/actions.ts";
import { keep } from "./store/keep.ts";
import { Keeping } from "./store/keeping.ts";
import { LiveEngine } from "./store/live.ts";
import { hex, hearPages, Local } from "./store/local.ts";
import { toast } from "./store/notices.ts";
import { FIFTH_MS, pulse } from "./store/pulse.ts";
import { recall, shelf } from "./store/remember.ts";
import { served } from "./opened/served.ts";
import { addressed } from "./store/places.ts";
import { start } from "./store/start.ts";
import { createShell } from "./store/store.ts";
import { Watch } from "./store/watch.ts";
import { App } from "./ui/App.tsx";
import { tracesIn } from "./ui/side/link.ts";
import { RealtimeContext } from "./ui/use.ts";
import "./picture/tokens.css";
import "./styles/shell.css";
import "./styles/kit.css";
import "./styles/bars.css";
import "./styles/panels.css";
import "./styles/feed.css";
import "./styles/traces.css";
import "./styles/screen.css";

const Tv = lazy(() => import("./ui/screen/Tv.tsx").then(({ Tv: component }) => ({ default: component })));

const address = new URLSearchParams(window.location.search);
const tv = address.get("screen") === "tv";
const disk = !window.location.protocol.startsWith("http");
const keeping = new Keeping(disk, { lasting: shelf(() => window.localStorage), ofTab: shelf(() => window.sessionStorage), databases: shelf(() => window.indexedDB) });
const { lasting, ofTab } = keeping;
const arrived = window.location.hash;
let secret = kept(lasting, arrived);
if (brought(arrived)) window.history.replaceState(null, "", window.location.pathname + window.location.search);
const packing = new Packing();
const fetcher: Fetch = packing.hearing(proving((url, init) => fetch(url, init), () => (secret = kept(lasting, "") || secret)));

const remembered = recall(lasting, window.matchMedia("(prefers-color-scheme: light)").matches);
const store = createShell(address.has("shop") ? { ...remembered, shop: address.get("shop") === "0" ? "closed" : "open" } : remembered);
document.documentElement.dataset.theme = remembered.theme;

async function main(): Promise<void> {
  const serverless = !(await served({ alone: document.documentElement.hasAttribute("data-static"), protocol: window.location.protocol }, fetcher));
  store.setState({ serverless, keeping: keeping.asked });
  const engine = new LiveEngine(() => browser.now());
  // Reading graph files is the server's work; a page that has one never loads it.
  const alone = serverless ? await import("./opened/alone.ts") : null;
  const files = alone && new alone.OpenedShelf();
  const slots = lockSlots("locks" in navigator ? navigator.locks : undefined);
  const parts = { store, engine, api: files ?? new Api(fetcher), slots, world: browser, stream: packing.stream() };
  const watch = new Watch(parts);
  const actions = new Actions(parts, watch, lasting);
  const { roads, frame } = roadsOf(window, disk, () => hex(16));
  const local = new Local(parts, roads, ofTab, lasting, () => hex(16));
  const opening = alone && files && new alone.Opening(parts, watch, files, alone.chest(() => keeping.databases), keeping);

  setInterval(pulse(store, engine), FIFTH_MS);
  window.addEventListener("pagehide", () => {
    const { session, place } = store.getState();
    if (session !== null && place !== null) keep(ofTab, session, place, engine.state, browser.now());
  });
  store.subscribe(({ place }, before) => {
    if (place !== null && place !== before.place) window.history.replaceState(null, "", addressed(window.location.href, place));
  });
  const wish = address.get("graph") ?? "";
  const { tokens: traces, wrong } = tracesIn(address);
  if (wrong) toast(store, { what: "The link names a trace that is none.", meaning: "What stands behind “trace=” in the address is not a trace’s token, so it is not followed.", remedy: "Ask for the link again.", bad: true });
  actions.tracing.resume(traces);
  // Pages tell at once what they have held back, so they are asked only when a kept session goes on.
  const begun = opening ? opening.begin(window.location.href, wish, ofTab) : start(parts, watch, ofTab, wish, tv || traces.length > 0 || address.has("on"));
  void begun.then(() => { hearPages(local); });

  const root = document.getElementById("root");
  if (root)
    createRoot(root).render(
      <StrictMode>
        <RealtimeContext value={{ store, engine, actions, watch, parts, local, frame, opening }}>
          <Suspense>{tv ? <Tv /> : <App />}</Suspense>
        </RealtimeContext>
      </StrictMode>,
    );
}

void main();
