/** The page: bars above, the picture, the panels beside and below it. */
import { useActions, useUi } from "../hooks.ts";
import { FEED } from "../store/preferences.ts";
import { Suspense, useEffect } from "react";
import { Canvas } from "./Canvas.tsx";
import { Notice, Toasts } from "./Notices.tsx";
import { lazyPart } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import { Summary } from "@dagnet-realtime/react/Summary.tsx";
import { useKeys } from "./shortcuts.ts";
import { Feed } from "@dagnet-realtime/react/feed/Feed.tsx";
import { useViewState } from "@dagnet-realtime/react/useViewState";
import { Strip } from "@dagnet-realtime/react/bar/Strip.tsx";
import { TopBar } from "./TopBar.tsx";
import { isShopShown } from "./shop/visibility.ts";

const Teaching = lazyPart(async () => (await import("./Empty.tsx")).Teaching);
const DropZone = lazyPart(async () => (await import("./open/DropZone.tsx")).DropZone);
const ShopFrame = lazyPart(async () => (await import("./shop/ShopFrame.tsx")).ShopFrame);
const Overlays = lazyPart(async () => (await import("./Overlays.tsx")).Overlays);
const Side = lazyPart(async () => (await import("./Side.tsx")).Side);
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
  const serverless = useUi((ui) => ui.serverless);
  useKeys();
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <div className="app" data-connection={connection} data-phase={phase}>
      <a className="skip" href="#canvas">
        Skip to the graph
      </a>
      <TopBar />
      <div>
        <Strip />
        <Notice />
        <Suspense>{replay && <ReplayBar replay={replay} />}</Suspense>
      </div>
      <div className="work">
        <Suspense>{shop && <ShopFrame />}</Suspense>
        <main className="stage">
          <Canvas />
          <Events />
        </main>
        {/* Its place is kept while it is fetched: nothing moves when it comes. */}
        {sideOpen && (
          <Suspense fallback={<aside className="side" aria-label="Details" style={{ width: sideWidth }} />}>
            <Side />
          </Suspense>
        )}
      </div>
      <Summary />
      <TabTitle />
      <Toasts />
      <Suspense>{serverless && <DropZone />}</Suspense>
      <Suspense>
        {overlay !== null && (
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

/** The feed with its remembered height; while it is empty it says what to do. */
function Events() {
  const actions = useActions();
  const { feedOpen, feedHeight } = useUi((ui) => ui.preferences);
  return (
    <Feed
      open={feedOpen}
      onOpen={(open) => { actions.setPreferences({ feedOpen: open }); }}
      height={feedHeight === FEED.first && window.innerHeight < LOW.screen ? LOW.feed : feedHeight}
      limits={FEED}
      onHeight={(height) => { actions.setPreferences({ feedHeight: height }); }}
      empty={<Suspense fallback={null}><Teaching /></Suspense>}
    />
  );
}
