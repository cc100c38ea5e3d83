/** Abilities that this page gives to `react`: people to find, test events, links, expectations,
 * ignored jumps. */
import type { HostAbilities } from "@dagnet-realtime/react/hooks";
import { lazyPart } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import { createElement, Suspense } from "react";
import type { App } from "./hooks.ts";
import { formatGraphRef, usesFunctionIngest } from "./store/graphRef.ts";
import { LINK_WITHOUT_DEFINITIONS } from "./store/notices.ts";
import type { OtherGraphs } from "./store/otherGraphs.ts";
import type { SessionController } from "./store/sessionController.ts";
import type { Store } from "./store/uiState.ts";
import { saveExpectation } from "./ui/expectation.ts";
import { withView } from "./ui/sharedView.ts";
import { ignoredJumps, linkTo } from "./ui/traceLink.ts";

const TraceExport = lazyPart(async () => (await import("./ui/TraceExport.tsx")).TraceExport);

export function hostAbilities(store: Store, session: Pick<SessionController, "connection">, engine: App["engine"], others: Pick<OtherGraphs, "listening">): HostAbilities {
  return {
    exportTrace: (token) => (store.getState().me?.can.includes("follow") ? createElement(Suspense, null, createElement(TraceExport, { token })) : null),
    saveExpectation: (token) => {
      void saveExpectation({ store, engine }, token);
    },
    canFind: () => {
      const ui = store.getState();
      return (ui.me?.can.includes("follow") ?? false) && !ui.serverless && !usesFunctionIngest(ui);
    },
    litElsewhere: (name) => others.listening(name),
    player: () => store.getState().replay?.player ?? null,
    canTest: () => !store.getState().serverless,
    followers: () => store.getState().followers,
    traceLabel: (token) => store.getState().labels[token] ?? store.getState().tabLabels[token] ?? "",
    linkTo: (token = "") => {
      const ui = store.getState();
      if (ui.graphRef === null) return null;
      return withView(linkTo(window.location.origin + window.location.pathname, formatGraphRef(ui.graphRef), token), ui, engine.state.follows);
    },
    isIgnored: (jump) => {
      const { preferences, graphRef } = store.getState();
      return ignoredJumps(preferences.ignored, graphRef).has(jump);
    },
    listenNote: () => (store.getState().linked ? LINK_WITHOUT_DEFINITIONS : ""),
    lastFrameAt: () => session.connection().lastFrameAt,
  };
}
