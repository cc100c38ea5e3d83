/** Realtime in the editor: a session over its document, and where it shows. */
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { useOnSelectionChange, useReactFlow, useViewport, type Node } from "reactflow";
import { extension, graphFrom, log, opener, otherTab, page, pusher, realtime, server, type Mapping, type Realtime, type RealtimeOptions } from "@dagnet-realtime/client";
import { LightLayer, RealtimeSign, useFollowed, useNodeLight, useRealtime } from "@dagnet-realtime/client/react";
import { RealtimeBar, RealtimePanel } from "@dagnet-realtime/client/react/panel";
import "@dagnet-realtime/client/panel.css";
import type { Addition } from "./Editor";
import { events, useDocument, type ConversionGraph } from "./graph";

/** Where events come from: in the address's query, as JSON under `source`. */
export type Chosen =
  | { readonly kind: "server"; readonly url: string; readonly workspace: string; readonly env: string; readonly token: string; readonly transport?: "push" | "poll" }
  | { readonly kind: "pusher"; readonly key: string; readonly host: string; readonly port: number; readonly channel: string; readonly auth: string }
  | { readonly kind: "function"; readonly auth: string; readonly token?: string }
  | { readonly kind: "opener"; readonly origins: readonly string[] }
  | { readonly kind: "otherTab" | "extension" }
  | { readonly kind: "page" }
  | { readonly kind: "log" };

declare global {
  interface Window {
    /** The sessions of this page, to be looked at from its console. */
    sessions?: Realtime[];
    /** The names that the panel mapped, as a host would write them into its definitions. */
    mapped?: Mapping[];
    /** The log that is played, as text. */
    sessionLog?: string;
    /** Fetches a token from the host's back end. */
    freshToken?: () => Promise<string>;
  }
}

export function chosenSource(): RealtimeOptions["source"] {
  const chosen = JSON.parse(new URLSearchParams(location.search).get("source") ?? '{"kind":"page"}') as Chosen;
  switch (chosen.kind) {
    case "server":
      return server({ ...chosen, token: () => window.freshToken?.() ?? chosen.token });
    case "pusher":
      return pusher({ ...chosen, tls: false });
    case "function":
      return pusher(chosen.token === undefined ? { auth: chosen.auth } : { auth: chosen.auth, token: chosen.token });
    case "opener":
      return opener([...chosen.origins]);
    case "otherTab":
      return otherTab();
    case "extension":
      return extension();
    case "log":
      return log(window.sessionLog ?? "");
    case "page":
      return page();
  }
}

function read(graph: ConversionGraph) {
  return graphFrom({ graph, events, name: graph.metadata.name });
}

const Session = createContext<Realtime | null>(null);

function useSession(): Realtime {
  const session = useContext(Session);
  if (!session) throw new Error("Around is not around");
  return session;
}

function Around({ children }: { children: ReactNode }) {
  const { graph } = useDocument();
  const [session] = useState(() => {
    const made = realtime({ graph: read(graph).graph, source: chosenSource() });
    (window.sessions ??= []).push(made);
    return made;
  });
  useEffect(() => {
    session.update(read(graph).graph);
  }, [session, graph]);
  useEffect(() => () => void session.off(), [session]);
  return <Session.Provider value={session}>{children}</Session.Provider>;
}

function Tools() {
  const session = useSession();
  const state = useRealtime(session);
  const followed = useFollowed(session);
  const on = state.phase !== "off";
  const newest = state.traces.recent[0]?.token;
  return (
    <>
      <button type="button" role="switch" aria-checked={on} onClick={() => void (on ? session.off() : session.on())}>Realtime</button>
      <RealtimeSign realtime={session} />
      {on ? (
        <>
          <button type="button" disabled={newest === undefined} onClick={() => { if (newest !== undefined) session.follow(newest); }}>Follow the newest</button>
          <span>{state.counts.total} events · {followed.length} followed</span>
        </>
      ) : null}
      <span className="why">{state.why}</span>
    </>
  );
}

function middle(edge: string): SVGPathElement | null {
  return document.querySelector<SVGPathElement>(`[data-middle="${CSS.escape(edge)}"]`);
}

function Over({ nodes, theme }: { nodes: readonly Node[]; theme: "dark" | "light" }) {
  return <LightLayer realtime={useSession()} viewport={useViewport()} nodes={nodes} path={middle} theme={theme} corner={6} />;
}

function Badge({ uuid }: { uuid: string }) {
  const { count } = useNodeLight(useSession(), uuid);
  return count > 0 ? count : null;
}

function Row() {
  return <RealtimeBar realtime={useSession()} />;
}

/** The panel follows what is selected on the canvas, and selects there what is chosen in it. */
function Side() {
  const [selected, setSelected] = useState<string | null>(null);
  const { setNodes } = useReactFlow();
  useOnSelectionChange({ onChange: ({ nodes }) => { setSelected(nodes[0]?.id ?? null); } });
  return (
    <RealtimePanel
      realtime={useSession()}
      selected={selected}
      onSelect={(uuid) => { setNodes((nodes) => nodes.map((node) => ({ ...node, selected: node.id === uuid }))); }}
      onBind={(mapping) => { (window.mapped ??= []).push(mapping); }}
    />
  );
}

export const addition: Addition = { Around, Tools, Over, Row, Side, Badge };
