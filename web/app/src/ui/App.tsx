/** The page: bars above, the picture, the panels beside and below it. */
import { useActions, useUi } from "../hooks.ts";
import { FEED } from "../store/preferences.ts";
import { lazy, Suspense, useEffect } from "react";
import { Canvas } from "./Canvas.tsx";
import { Notice, Toasts } from "./Notices.tsx";
import { Summary } from "@dagnet-realtime/react/Summary.tsx";
import { useKeys } from "./shortcuts.ts";
import { Feed } from "@dagnet-realtime/react/feed/Feed.tsx";
import { Side } from "./Side.tsx";
import { Strip } from "@dagnet-realtime/react/bar/Strip.tsx";
import { TopBar } from "./TopBar.tsx";
import { isShopShown } from "./shop/visibility.ts";

const Teaching = lazy(() => import("./Empty.tsx").then(({ Teaching: component }) => ({ default: component })));
const DropZone = lazy(() => import("./open/DropZone.tsx").then(({ DropZone: component }) => ({ default: component })));
const ShopFrame = lazy(() => import("./shop/ShopFrame.tsx").then(({ ShopFrame: component }) => ({ default: component })));
const Help = lazy(() => import("./Help.tsx").then(({ Help: component }) => ({ default: component })));
const ReplayBar = lazy(() => import("./ReplayBar.tsx").then(({ ReplayBar: component }) => ({ default: component })));
const ConnectSheet = lazy(() => import("./connect/ConnectSheet.tsx").then(({ ConnectSheet: component }) => ({ default: component })));
const Streams = lazy(() => import("./Streams.tsx").then(({ Streams: component }) => ({ default: component })));
const GraphTable = lazy(() => import("@dagnet-realtime/react/GraphTable.tsx").then(({ GraphTable: component }) => ({ default: component })));

export function App() {
  const actions = useActions();
  const theme = useUi((ui) => ui.preferences.theme);
  const sideOpen = useUi((ui) => ui.preferences.sideOpen);
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
        {sideOpen && <Side />}
      </div>
      <Summary />
      <Toasts />
      <Suspense>{serverless && <DropZone />}</Suspense>
      <Suspense>
        {overlay === "help" && (
          <Help
            onClose={() => {
              actions.overlay(null);
            }}
          />
        )}
        {overlay === "connect" && (
          <ConnectSheet
            onClose={() => {
              actions.overlay(null);
            }}
          />
        )}
        {overlay === "streams" && (
          <Streams
            onClose={() => {
              actions.overlay(null);
            }}
          />
        )}
        {overlay === "table" && (
          <GraphTable
            onClose={() => {
              actions.overlay(null);
            }}
          />
        )}
      </Suspense>
    </div>
  );
}

/** The feed with its remembered height; while it is empty it says what to do. */
function Events() {
  const actions = useActions();
  const { feedOpen, feedHeight } = useUi((ui) => ui.preferences);
  return (
    <Feed
      open={feedOpen}
      onOpen={(open) => { actions.setPreferences({ feedOpen: open }); }}
      height={feedHeight}
      limits={FEED}
      onHeight={(height) => { actions.setPreferences({ feedHeight: height }); }}
      empty={<Suspense fallback={null}><Teaching /></Suspense>}
    />
  );
}
