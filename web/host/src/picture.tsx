/** The editor as it is without the client, and the package's own picture of its graph over it. */
import { StrictMode, useEffect, useMemo, useState } from "react";
import { createRoot } from "react-dom/client";
import { graphFrom, realtime } from "@dagnet-realtime/client";
import { RealtimeSign, useRealtime } from "@dagnet-realtime/client/react";
import { Picture } from "@dagnet-realtime/client/react/picture";
import "@dagnet-realtime/client/picture.css";
import { Editor } from "./Editor";
import { events, useDocument, type ConversionGraph } from "./graph";
import { chosenSource } from "./Realtime";

/** Without its layout, so that the picture arranges it in its worker. */
function unplaced({ nodes, ...rest }: ConversionGraph) {
  return graphFrom({ graph: { ...rest, nodes: nodes.map(({ layout: _, ...node }) => node) }, events, name: rest.metadata.name }).graph;
}

function Beside() {
  const shown = useDocument(({ graph }) => graph);
  const graph = useMemo(() => unplaced(shown), [shown]);
  const [session] = useState(() => realtime({ graph, source: chosenSource() }));
  const [selected, select] = useState<string | null>(null);
  const { phase, connection, paused, followed, jumps } = useRealtime(session);
  useEffect(() => {
    session.update(graph);
  }, [session, graph]);
  useEffect(() => {
    void session.on();
    return () => void session.off();
  }, [session]);
  return (
    <Picture
      graph={graph} light={session.light} theme={location.hash.includes("dark") ? "dark" : "light"} motion="full" frozen={paused} stale={phase !== "on" || connection === "stale"}
      selected={selected} onSelect={select} followed={followed} jumps={jumps}
    >
      <RealtimeSign realtime={session} />
    </Picture>
  );
}

for (const [id, element] of [["root", <Editor addition={null} />], ["beside", <Beside />]] as const) {
  const place = document.getElementById(id);
  if (place) createRoot(place).render(<StrictMode>{element}</StrictMode>);
}
