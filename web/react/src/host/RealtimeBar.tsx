/** The bar of a host: the switch, the sign with its reason, the count, Pause, Clear and the filter.
 */
import "../styles/tokens.css";
import "../styles/host.css";
import "../styles/base.css";
import "../styles/kit.css";
import "../styles/bars.css";
import "../styles/panels.css";
import "../styles/traces.css";
import "../styles/states.css";
import { Undo2 } from "lucide-react";
import { Suspense, useEffect } from "react";
import { FilterField } from "../bar/FilterField.tsx";
import { OnSwitch } from "../bar/OnSwitch.tsx";
import { ClearButton, JumpButton, PauseButton } from "../bar/PauseControls.tsx";
import { CountFigure, LiveSign } from "../bar/Strip.tsx";
import { useSession, useStoreValue } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";
import { lazyPart } from "../kit/lazyPart.tsx";
import { useViewState } from "../useViewState.ts";
import { HostScope, type Theme } from "./HostScope.tsx";
import { type HostRealtime, hostSession } from "./hostSession.ts";

/** The live region for screen readers. */
const Summary = lazyPart(async () => (await import("../Summary.tsx")).Summary, () => null);

/** A Clear can be undone for so long, in milliseconds. */
const UNDO_MS = 10_000;

export interface RealtimeBarProps {
  /** What `realtime` of `@dagnet-realtime/client` returns. */
  readonly realtime: HostRealtime;
  /** By default that of the nearest `data-theme` around it, else dark. */
  readonly theme?: Theme;
}

/** Realtime's controls, for a host's tool bar. */
export function RealtimeBar({ realtime, theme }: RealtimeBarProps) {
  return (
    <HostScope realtime={realtime} theme={theme} className="dr-bar">
      <Controls realtime={realtime} />
    </HostScope>
  );
}

function Controls({ realtime }: { readonly realtime: HostRealtime }) {
  const view = useViewState();
  const store = hostSession(realtime);
  const why = useStoreValue(store, (state) => state.why);
  const active = useSession(({ phase }) => phase === "on" || phase === "replay");
  return (
    <div className="dr-bar-row">
      <OnSwitch />
      <LiveSign view={view} name="Realtime" />
      {why !== "" && <p className="dr-why" title={why}>{why}</p>}
      {view.covers !== "" && <CountFigure view={view} />}
      {active && (
        <>
          <PauseButton />
          <JumpButton />
          <ClearButton />
          <FilterField />
        </>
      )}
      <Undo realtime={realtime} />
      <Suspense fallback={null}>
        <Summary />
      </Suspense>
    </div>
  );
}

/** The way back from a Clear, for a while. */
function Undo({ realtime }: { readonly realtime: HostRealtime }) {
  const store = hostSession(realtime);
  const cleared = useStoreValue(store, (state) => state.cleared);
  useEffect(() => {
    if (!cleared) return;
    const timer = setTimeout(store.forgetUndo, UNDO_MS);
    return () => { clearTimeout(timer); };
  }, [cleared, store]);
  return (
    <span role="status" className="dr-undo">
      {cleared && (
        <>
          <span className="dr-undo-says">Cleared. </span>
          <Button className="button-small" icon={<Undo2 size={14} />} onClick={store.undo}>
            Undo
          </Button>
        </>
      )}
    </span>
  );
}
