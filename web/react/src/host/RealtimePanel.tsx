/** The panel of a host: traces with their timelines, what is selected, and unmapped names. */
import "../styles/tokens.css";
import "../styles/host.css";
import "../styles/base.css";
import "../styles/kit.css";
import "../styles/bars.css";
import "../styles/panels.css";
import "../styles/traces.css";
import "../styles/states.css";
import type { Mapping } from "@dagnet-realtime/client/hostInterface";
import { Suspense, useEffect, useRef } from "react";
import { useStoreValue } from "../hooks.ts";
import { lazyPart } from "../kit/lazyPart.tsx";
import { HostScope, type Theme } from "./HostScope.tsx";
import { type HostRealtime, hostSession } from "./hostSession.ts";

/** Fetched when a panel is shown: a host pays for its bar alone while it has none. */
const Following = lazyPart(async () => (await import("../Following.tsx")).Following);
const SideTabs = lazyPart(async () => (await import("../side/SideTabs.tsx")).SideTabs);

export interface RealtimePanelProps {
  /** What `realtime` of `@dagnet-realtime/client` returns. */
  readonly realtime: HostRealtime;
  /** By default that of the nearest `data-theme` around it, else dark. */
  readonly theme?: Theme;
  /** The node (uuid) that the host has selected, shown in the tab Node; null for none. */
  readonly selected?: string | null;
  /** Called if a node is chosen in the panel, so that the host can show it. */
  readonly onSelect?: (node: string) => void;
  /** Called if a name is mapped to a node, so that the host can write the definition itself. */
  readonly onBind?: (mapping: Mapping) => void;
}

/** Traces, nodes and unmapped names; it fills the element that it stands in. */
export function RealtimePanel({ realtime, theme, selected, onSelect, onBind }: RealtimePanelProps) {
  const session = hostSession(realtime);
  const tab = useStoreValue(session, (state) => state.tab);
  const told = useRef({ onSelect, onBind });
  useEffect(() => {
    told.current = { onSelect, onBind };
  });
  useEffect(() => {
    const host = {
      select: (node: string) => { told.current.onSelect?.(node); },
      bind: (mapping: Mapping) => { told.current.onBind?.(mapping); },
    };
    session.hosts.add(host);
    return () => { session.hosts.delete(host); };
  }, [session]);
  useEffect(() => {
    if (selected !== undefined) session.selectedByHost(selected);
  }, [session, selected]);
  return (
    <HostScope realtime={realtime} theme={theme} className="dr-panel">
      <section className="side" aria-label="Realtime">
        <Suspense fallback={null}>
          <Following />
          <SideTabs tab={tab} onTab={session.open} />
        </Suspense>
      </section>
    </HostScope>
  );
}
