/** The tabs of the panel: traces, what is selected, and unmapped names. */
import { traceCounts } from "@dagnet-realtime/engine/select/traces";
import { type UnmappedNames, unmappedNames } from "@dagnet-realtime/engine/select/unmapped";
import { Tabs } from "radix-ui";
import { type ReactNode, Suspense } from "react";
import { count } from "../format.ts";
import { useEngine, useSession } from "../hooks.ts";
import { lazyPart } from "../kit/lazyPart.tsx";

const TracesPanel = lazyPart(async () => (await import("./TracesPanel.tsx")).TracesPanel);
const UnmappedPanel = lazyPart(async () => (await import("./UnmappedPanel.tsx")).UnmappedPanel);
const NodePanel = lazyPart(async () => (await import("./NodePanel.tsx")).NodePanel);

export type SideTab = "traces" | "node" | "unmapped";

interface SideTabsProps {
  readonly tab: SideTab;
  readonly onTab: (tab: SideTab) => void;
  /** What stands at the end of the row of tabs. */
  readonly end?: ReactNode;
}

/** The tabs, and what the chosen one shows. */
export function SideTabs({ tab, onTab, end }: SideTabsProps) {
  const way = useSession((session) => session.selectedEdge);
  const traces = useEngine("numbers", (state) => traceCounts(state).seen);
  const unmapped = useEngine("numbers", (state, now) => badge(unmappedNames(state, now)));
  return (
    <Tabs.Root
      className="tabs"
      value={tab}
      onValueChange={(next) => {
        onTab(next as SideTab);
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
        {end}
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
  );
}

/** How many names: "200+" if there are some that are not counted apart; "" if there are none. */
export function badge({ names, other }: Pick<UnmappedNames, "other"> & { readonly names: readonly unknown[] }): string {
  return names.length === 0 && other === 0 ? "" : `${count(names.length)}${other > 0 ? "+" : ""}`;
}
