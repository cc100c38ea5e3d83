/** The panel at the right: its tabs, and its foot with sources and lag. */
import { useActions, useUi } from "../hooks.ts";
import { traceCounts } from "@dagnet-realtime/engine/select/traces";
import { type UnmappedNames, unmappedNames } from "@dagnet-realtime/engine/select/unmapped";
import { count, plural, span } from "@dagnet-realtime/react/format";
import { useEngine } from "@dagnet-realtime/react/hooks";
import { lazyPart } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import { Button, Grip } from "@dagnet-realtime/react/kit/controls.tsx";
import { lagOfLast, sourcesHeard } from "@dagnet-realtime/react/selectors";
import { Check, PanelRightClose, Plug, TriangleAlert } from "lucide-react";
import { Tabs } from "radix-ui";
import { Suspense } from "react";
import { SIDE, type Tab } from "../store/preferences.ts";

const TracesPanel = lazyPart(async () => (await import("@dagnet-realtime/react/side/TracesPanel.tsx")).TracesPanel);
const UnmappedPanel = lazyPart(async () => (await import("@dagnet-realtime/react/side/UnmappedPanel.tsx")).UnmappedPanel);
const NodePanel = lazyPart(async () => (await import("@dagnet-realtime/react/side/NodePanel.tsx")).NodePanel);

export function Side() {
  const actions = useActions();
  const { sideWidth, tab } = useUi((ui) => ui.preferences);
  const way = useUi((ui) => ui.selectedEdge);
  const traces = useEngine("numbers", (state) => traceCounts(state).seen);
  const unmapped = useEngine("numbers", (state, now) => badge(unmappedNames(state, now)));
  return (
    <aside className="side" aria-label="Details" style={{ width: sideWidth }}>
      <Grip
        label="Width of the details"
        axis="x"
        size={sideWidth}
        {...SIDE}
        onSize={(width) => {
          actions.setPreferences({ sideWidth: width });
        }}
      />
      <Tabs.Root
        className="tabs"
        value={tab}
        onValueChange={(next) => {
          actions.setPreferences({ tab: next as Tab });
        }}
      >
        <div className="tabs-bar">
          <Tabs.List className="tabs-list" aria-label="Details">
            <Tabs.Trigger className="tab" value="traces">
              Traces {traces > 0 && <span className="chip mono tab-count">{count(traces)}</span>}
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="node">
              {way === null ? "Node" : way.kind === "edge" ? "Edge" : "Step"}
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="unmapped">
              Unmapped {unmapped !== "" && <span className="chip chip-pink mono tab-count">{unmapped}</span>}
            </Tabs.Trigger>
          </Tabs.List>
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
        </div>
        <Tabs.Content className="tab-body" value="traces">
          <Suspense fallback={null}>
            <TracesPanel />
          </Suspense>
        </Tabs.Content>
        <Tabs.Content className="tab-body" value="node">
          <Suspense fallback={null}>
            <NodePanel />
          </Suspense>
        </Tabs.Content>
        <Tabs.Content className="tab-body" value="unmapped">
          <Suspense fallback={null}>
            <UnmappedPanel />
          </Suspense>
        </Tabs.Content>
      </Tabs.Root>
      <Foot />
    </aside>
  );
}

/** How many names: "200+" if there are some that are not counted apart; "" if there are none. */
export function badge({ names, other }: Pick<UnmappedNames, "other"> & { readonly names: readonly unknown[] }): string {
  return names.length === 0 && other === 0 ? "" : `${count(names.length)}${other > 0 ? "+" : ""}`;
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
