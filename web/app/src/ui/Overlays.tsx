/** The sheets over the page, each fetched when it is first wanted. */
import { lazyPart } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import type { UiState } from "../store/uiState.ts";

const PARTS = {
  help: lazyPart(async () => (await import("./Help.tsx")).Help),
  connect: lazyPart(async () => (await import("./connect/ConnectSheet.tsx")).ConnectSheet),
  streams: lazyPart(async () => (await import("./Streams.tsx")).Streams),
  search: lazyPart(async () => (await import("./search/Search.tsx")).Search),
  sessions: lazyPart(async () => (await import("./EarlierSessions.tsx")).EarlierSessions),
};

export function Overlays({ which, onClose }: { readonly which: Exclude<UiState["overlay"], "table" | null>; readonly onClose: () => void }) {
  const Part = PARTS[which];
  return <Part onClose={onClose} />;
}
