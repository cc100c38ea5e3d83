/** The page: bars above, the picture, the panels beside and below it. */
import { useActions, useNarrow, useUi } from "../hooks.ts";
import { FEED } from "../store/preferences.ts";
import type { Pane } from "../store/uiState.ts";
import { Suspense, useEffect, useSyncExternalStore } from "react";
import { Canvas } from "./Canvas.tsx";
import { Notice, Toasts } from "./Notices.tsx";
import { lazyPart } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import { Summary } from "@dagnet-realtime/react/Summary.tsx";
import { useKeys } from "./shortcuts.ts";
import { useViewState } from "@dagnet-realtime/react/useViewState";
import { Strip } from "@dagnet-realtime/react/bar/Strip.tsx";
import { TopBar } from "./TopBar.tsx";
import { isShopShown } from "./shop/visibility.ts";

const Teaching = lazyPart(async () => (await import("./Empty.tsx")).Teaching);
const DropZone = lazyPart(async () => (await import("./open/DropZone.tsx")).DropZone);
const ShopFrame = lazyPart(async () => (await import("./shop/ShopFrame.tsx")).ShopFrame);
const Overlays = lazyPart(async () => (await import("./Overlays.tsx")).Overlays);
const Feed = lazyPart(async () => (await import("@dagnet-realtime/react/feed/Feed.tsx")).Feed);
const Side = lazyPart(async () => (await import("./Side.tsx")).Side);
const Panes = lazyPart(async () => (await import("./Panes.tsx")).Panes);
const ReplayBar = lazyPart(async () => (await import("./ReplayBar.tsx")).ReplayBar);

export function App() {
  const actions = useActions();
  const theme = useUi((ui) => ui.preferences.theme);
  const { sideOpen, sideWidth } = useUi((ui) => ui.preferences);
  const phase = useUi((ui) => ui.phase);
  const connection = useUi((ui) => (ui.phase === "replay" ? "replay" : ui.connection.connection));
  const overlay = useUi((ui) => ui.overlay);
  const replay = useUi((ui) => ui.replay);
  const shop = useUi(isShopShown);
  const narrow = useNarrow();
  const wanted = useUi((ui) => ui.pane);
  const pane = wanted === "shop" && !shop ? "graph" : wanted;
  useKeys();
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <div className="app" data-connection={connection} data-phase={phase} data-pane={narrow ? pane : undefined}>
      {!narrow && ( // a narrow window has tabs
        <nav className="skips" aria-label="Skip to a part">
          <Skip to="canvas" pane="graph">graph</Skip>
          <Skip to="events" pane="events">events</Skip>
          {sideOpen && <Skip to="details" pane="side">details</Skip>}
        </nav>
      )}
      <TopBar />
      <div>
        <Strip />
        <Notice />
        <Suspense>{replay && <ReplayBar replay={replay} />}</Suspense>
      </div>
      <div className="work">
        <Suspense>{shop && <ShopFrame />}</Suspense>
        <main className="stage">
          <Canvas>{!narrow && <Toasts />}</Canvas>
          <Events />
        </main>
        {/* Its place is kept while it is fetched: nothing moves when it comes. */}
        {(narrow ? pane === "side" : sideOpen) && (
          <Suspense fallback={<aside className="side" id="details" tabIndex={-1} aria-label="Details" style={{ width: sideWidth }} />}>
            <Side />
          </Suspense>
        )}
      </div>
      <Suspense>{narrow && <Panes pane={pane} />}</Suspense>
      <Summary />
      <TabTitle />
      {narrow && <Toasts />}
      <Suspense>
        <DropZone />
      </Suspense>
      <Suspense>
        {overlay !== null && overlay !== "table" && (
          <Overlays
            which={overlay}
            onClose={() => {
              actions.overlay(null);
            }}
          />
        )}
      </Suspense>
    </div>
  );
}

/** A way past all that stands before a part; in a narrow window it brings the part into view. */
function Skip({ to, pane, children }: { readonly to: string; readonly pane: Pane; readonly children: string }) {
  const actions = useActions();
  return (
    <a className="skip" href={`#${to}`} onClick={() => { actions.show(pane); }}>
      Skip to the {children}
    </a>
  );
}

/** The state in the title of the tab, which is all that is seen of a page behind others. */
export function TabTitle() {
  const { tab } = useViewState();
  useEffect(() => {
    document.title = tab;
  }, [tab]);
  return null;
}

/** On a low screen the graph comes first: three rows of events until another height is set. */
const LOW = { screen: 800, feed: 140 } as const;

/** What stands above and below the events of a narrow window, in pixels. */
const BARS = 230;

const resized = (changed: () => void): (() => void) => {
  window.addEventListener("resize", changed);
  return () => {
    window.removeEventListener("resize", changed);
  };
};

/** The feed with its remembered height, or as high as a narrow window. */
function Events() {
  const actions = useActions();
  const { feedOpen, feedHeight, feedColumns } = useUi((ui) => ui.preferences);
  const narrow = useNarrow();
  const whole = useSyncExternalStore(resized, () => (narrow ? Math.max(FEED.least, window.innerHeight - BARS) : 0));
  const height = whole || (feedHeight === FEED.first && window.innerHeight < LOW.screen ? LOW.feed : feedHeight);
  return (
    <Suspense fallback={<section className="feed" id="events" tabIndex={-1} aria-label="Events" style={{ height }} />}>
      <Feed
        id="events"
        open={feedOpen || narrow}
        onOpen={(open) => { actions.setPreferences({ feedOpen: open }); }}
        height={height}
        limits={FEED}
        onHeight={(next) => { actions.setPreferences({ feedHeight: next }); }}
        columns={feedColumns}
        onColumns={(next) => { actions.setPreferences({ feedColumns: next }); }}
        empty={<Suspense fallback={null}><Teaching /></Suspense>}
      />
    </Suspense>
  );
}
