/** The tabs at the bottom of a narrow window, which shows one part of the page at a time. */
import { unmappedNames } from "@dagnet-realtime/engine/select/unmapped";
import { count } from "@dagnet-realtime/react/format";
import { useEngine } from "@dagnet-realtime/react/hooks";
import { List, Route, Square, Store, Unplug, Waypoints } from "lucide-react";
import type { ReactNode } from "react";
import { useActions, useUi } from "../hooks.ts";
import type { Tab } from "../store/preferences.ts";
import type { Pane } from "../store/uiState.ts";
import { isShopOffered } from "./shop/visibility.ts";
import "../styles/narrow.css";

const ICON = { size: 18, "aria-hidden": true } as const;

/** `pane` is the part that is shown. */
export function Panes({ pane }: { readonly pane: Pane }) {
  const shop = useUi(isShopOffered);
  const way = useUi((ui) => ui.selectedEdge);
  const unmapped = useEngine("numbers", (state, now) => unmappedNames(state, now).names.length);
  const one = { shown: pane };
  return (
    <nav className="panes" aria-label="Parts of the page">
      <PaneTab {...one} pane="graph" icon={<Waypoints {...ICON} />}>Graph</PaneTab>
      <PaneTab {...one} pane="events" icon={<List {...ICON} />}>Events</PaneTab>
      <PaneTab {...one} pane="side" tab="traces" icon={<Route {...ICON} />}>Traces</PaneTab>
      <PaneTab {...one} pane="side" tab="node" icon={<Square {...ICON} />}>{way === null ? "Node" : way.kind === "edge" ? "Edge" : "Step"}</PaneTab>
      <PaneTab {...one} pane="side" tab="unmapped" icon={<Unplug {...ICON} />} of={unmapped}>Unmapped</PaneTab>
      {shop && <PaneTab {...one} pane="shop" icon={<Store {...ICON} />}>Shop</PaneTab>}
    </nav>
  );
}

interface PaneTabProps {
  readonly shown: Pane;
  readonly pane: Pane;
  readonly tab?: Tab;
  readonly icon: ReactNode;
  readonly of?: number;
  readonly children: string;
}

function PaneTab({ shown, pane, tab, icon, of = 0, children }: PaneTabProps) {
  const actions = useActions();
  const open = useUi((ui) => ui.preferences.tab);
  return (
    <button
      type="button"
      aria-current={shown === pane && (tab === undefined || tab === open)}
      onClick={() => {
        actions.show(pane, tab === undefined ? {} : { tab });
      }}
    >
      {icon}
      <span>{children}</span>
      {of > 0 && <span className="panes-of mono">{count(of)}</span>}
    </button>
  );
}
