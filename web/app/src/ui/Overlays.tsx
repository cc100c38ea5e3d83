/** The sheets over the page, each fetched when it is first wanted. */
import { GraphTable } from "@dagnet-realtime/react/GraphTable.tsx";
import { lazyPart } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import type { UiState } from "../store/uiState.ts";

const PARTS = {
  help: lazyPart(async () => (await import("./Help.tsx")).Help),
  connect: lazyPart(async () => (await import("./connect/ConnectSheet.tsx")).ConnectSheet),
  streams: lazyPart(async () => (await import("./Streams.tsx")).Streams),
  search: lazyPart(async () => (await import("./search/Search.tsx")).Search),
  sessions: lazyPart(async () => (await import("./EarlierSessions.tsx")).EarlierSessions),
  table: GraphTable,
};

export function Overlays({ which, onClose }: { readonly which: NonNullable<UiState["overlay"]>; readonly onClose: () => void }) {
  const Part = PARTS[which];
  return <Part onClose={onClose} />;
}
