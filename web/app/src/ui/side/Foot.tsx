/** The foot of the panel: which sources reach us, and how late the last event was. */
import { Check, Plug, TriangleAlert } from "lucide-react";
import { plural, span } from "../format.ts";
import { lagOfLast, sourcesHeard } from "../read.ts";
import { useEngine, useShell } from "../use.ts";

export function Foot() {
  const phase = useShell((shell) => shell.phase);
  const connection = useShell((shell) => shell.lane.connection);
  const configured = useShell((shell) => shell.workspaces.find(({ id, env }) => id === shell.place?.workspace && env === shell.place.env)?.sources.length ?? 0);
  const heard = useEngine("second", sourcesHeard);
  const late = useEngine("second", lagOfLast);
  const fine = connection === "live" || connection === "polling";
  const serverless = useShell((shell) => shell.serverless);
  const words = serverless && phase === "on" ? "Listening to this browser" : phase !== "on" ? "Not receiving" : !fine ? "Not connected" : heard.length > 0 ? `Receiving from ${heard.join(", ")}` : `Connected to ${plural(configured, "source")}`;
  return (
    <footer className="foot">
      {phase !== "on" ? <Plug size={14} aria-hidden="true" /> : fine ? <Check size={14} className="foot-ok" aria-hidden="true" /> : <TriangleAlert size={14} aria-hidden="true" />}
      <span className="foot-words">{words}</span>
      {late !== null && (
        <span className="mono foot-lag" title="From when the last event occurred to when it arrived: the median of the last fifty">
          lag {span(late)}
        </span>
      )}
    </footer>
  );
}
