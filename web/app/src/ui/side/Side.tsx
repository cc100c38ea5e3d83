/** The right panel: Traces, Node, Unmapped. */
import { traceCounts } from "@dagnet-realtime/engine/select/traces";
import { unmappedNames } from "@dagnet-realtime/engine/select/unmapped";
import { PanelRightClose } from "lucide-react";
import { Tabs } from "radix-ui";
import { lazy, Suspense } from "react";
import { SIDE, type Tab } from "../../store/remember.ts";
import { count } from "../format.ts";
import { Button } from "../kit/Button.tsx";
import { Grip } from "../kit/Grip.tsx";
import { useActions, useEngine, useShell } from "../use.ts";
import { Foot } from "./Foot.tsx";
import { TracesPanel } from "./TracesPanel.tsx";

const UnmappedPanel = lazy(() => import("./UnmappedPanel.tsx").then(({ UnmappedPanel: component }) => ({ default: component })));
const NodePanel = lazy(() => import("./NodePanel.tsx").then(({ NodePanel: component }) => ({ default: component })));

export function Side() {
  const actions = useActions();
  const { sideWidth, tab } = useShell((shell) => shell.kept);
  const way = useShell((shell) => shell.way);
  const traces = useEngine("second", (state) => traceCounts(state).seen);
  const unmapped = useEngine("second", (state, now) => unmappedNames(state, now).names.length);
  return (
    <aside className="side" aria-label="Details" style={{ width: sideWidth }}>
      <Grip
        label="Width of the details"
        axis="x"
        size={sideWidth}
        {...SIDE}
        onSize={(width) => {
          actions.keep({ sideWidth: width });
        }}
      />
      <Tabs.Root
        className="tabs"
        value={tab}
        onValueChange={(next) => {
          actions.keep({ tab: next as Tab });
        }}
      >
        <div className="tabs-bar">
          <Tabs.List className="tabs-list" aria-label="Details">
            <Tabs.Trigger className="tab" value="traces">
              Traces {traces > 0 && <span className="chip mono tab-count">{count(traces)}</span>}
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="node">
              {way === null ? "Node" : way.kind === "edge" ? "Edge" : "Jump"}
            </Tabs.Trigger>
            <Tabs.Trigger className="tab" value="unmapped">
              Unmapped {unmapped > 0 && <span className="chip chip-pink mono tab-count">{count(unmapped)}</span>}
            </Tabs.Trigger>
          </Tabs.List>
          <Button
            voice="quiet"
            className="button-small"
            icon={<PanelRightClose size={15} />}
            aria-label="Hide the details"
            title="Hide the details"
            onClick={() => {
              actions.keep({ sideOpen: false });
            }}
          />
        </div>
        <Tabs.Content className="tab-body" value="traces">
          <TracesPanel />
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
