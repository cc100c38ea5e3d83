/** The panel at the right: its tabs, and its foot with sources and lag. */
import { useActions, useUi } from "../hooks.ts";
import { plural, span } from "@dagnet-realtime/react/format";
import { useEngine } from "@dagnet-realtime/react/hooks";
import { Button, Grip } from "@dagnet-realtime/react/kit/controls.tsx";
import { lagOfLast, sourcesHeard } from "@dagnet-realtime/react/selectors";
import { SideTabs } from "@dagnet-realtime/react/side/SideTabs.tsx";
import { Check, PanelRightClose, Plug, TriangleAlert } from "lucide-react";
import { SIDE } from "../store/preferences.ts";

export function Side() {
  const actions = useActions();
  const { sideWidth, tab } = useUi((ui) => ui.preferences);
  return (
    <aside className="side" id="details" tabIndex={-1} aria-label="Details" style={{ width: sideWidth }}>
      <Grip
        label="Width of the details"
        axis="x"
        size={sideWidth}
        {...SIDE}
        onSize={(width) => {
          actions.setPreferences({ sideWidth: width });
        }}
      />
      <SideTabs
        tab={tab}
        onTab={(next) => {
          actions.setPreferences({ tab: next });
        }}
        end={
          <Button
            voice="quiet"
            className="button-small"
            icon={<PanelRightClose size={15} />}
            aria-label="Hide the details"
            title="Hide the details"
            onClick={() => {
              actions.setPreferences({ sideOpen: false });
            }}
          />
        }
      />
      <Foot />
    </aside>
  );
}

export function Foot() {
  const phase = useUi((ui) => ui.phase);
  const connection = useUi((ui) => ui.connection.connection);
  const configured = useUi((ui) => ui.workspaces.find(({ id, env }) => id === ui.graphRef?.workspace && env === ui.graphRef.env)?.sources.length ?? 0);
  const heard = useEngine("numbers", sourcesHeard);
  const late = useEngine("numbers", lagOfLast);
  const fine = connection === "live" || connection === "polling";
  const serverless = useUi((ui) => ui.serverless);
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
