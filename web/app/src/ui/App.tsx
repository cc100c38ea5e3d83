/** The page: bars above, the picture, the panels beside and below it. */
import { Tooltip } from "radix-ui";
import { lazy, Suspense, useEffect } from "react";
import { Canvas } from "./screen/Canvas.tsx";
import { Notice } from "./screen/Notice.tsx";
import { Summary } from "./screen/Summary.tsx";
import { Toasts } from "./screen/Toasts.tsx";
import { useKeys } from "./screen/useKeys.ts";
import { Feed } from "./feed/Feed.tsx";
import { Side } from "./side/Side.tsx";
import { Strip } from "./strip/Strip.tsx";
import { TopBar } from "./top/TopBar.tsx";
import { shown } from "./shop/offered.ts";
import { useActions, useShell } from "./use.ts";

const DropZone = lazy(() => import("./open/DropZone.tsx").then(({ DropZone: component }) => ({ default: component })));
const ShopFrame = lazy(() => import("./shop/ShopFrame.tsx").then(({ ShopFrame: component }) => ({ default: component })));
const Help = lazy(() => import("./screen/Help.tsx").then(({ Help: component }) => ({ default: component })));
const ReplayBar = lazy(() => import("./screen/ReplayBar.tsx").then(({ ReplayBar: component }) => ({ default: component })));
const ConnectSheet = lazy(() => import("./connect/ConnectSheet.tsx").then(({ ConnectSheet: component }) => ({ default: component })));
const GraphTable = lazy(() => import("./screen/GraphTable.tsx").then(({ GraphTable: component }) => ({ default: component })));

/** How long a pointer rests before a tooltip opens. */
const TIP_MS = 350;

export function App() {
  const actions = useActions();
  const theme = useShell((shell) => shell.kept.theme);
  const sideOpen = useShell((shell) => shell.kept.sideOpen);
  const phase = useShell((shell) => shell.phase);
  const connection = useShell((shell) => (shell.phase === "replay" ? "replay" : shell.lane.connection));
  const overlay = useShell((shell) => shell.overlay);
  const replay = useShell((shell) => shell.replay);
  const shop = useShell(shown);
  const serverless = useShell((shell) => shell.serverless);
  useKeys();
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return (
    <Tooltip.Provider delayDuration={TIP_MS}>
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
            <Feed />
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
          {overlay === "table" && (
            <GraphTable
              onClose={() => {
                actions.overlay(null);
              }}
            />
          )}
        </Suspense>
      </div>
    </Tooltip.Provider>
  );
}
