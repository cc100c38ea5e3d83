/** The picture in its frame: what is followed, what is wrong, and what to do while nothing is there. */
import { followed, ghostEdges } from "@dagnet-realtime/engine/select/traces";
import { PanelRightOpen } from "lucide-react";
import { lazy, Suspense, useState, useSyncExternalStore } from "react";
import type { WayRef } from "../../picture/contract.ts";
import { Picture } from "../../picture/Picture.tsx";
import { Button } from "../kit/Button.tsx";
import { ignoredOf } from "../side/ignored.ts";
import { useActions, useEngine, useRealtime, useShell } from "../use.ts";
import { Following } from "./Following.tsx";
import { useSame } from "./useSame.ts";
import type { Rest } from "./WayTip.tsx";

const WayTip = lazy(() => import("./WayTip.tsx").then(({ WayTip: component }) => ({ default: component })));
const Empty = lazy(() => import("./Empty.tsx").then(({ Empty: component }) => ({ default: component })));

/** More ghosts than this hide the graph; the panel lists the others. */
const MOST_JUMPS = 20;
const STILL = "(prefers-reduced-motion: reduce)";

function useReduced(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = window.matchMedia(STILL);
      query.addEventListener("change", changed);
      return () => {
        query.removeEventListener("change", changed);
      };
    },
    () => window.matchMedia(STILL).matches,
  );
}

export function Canvas({ large = false }: { readonly large?: boolean }) {
  const { engine } = useRealtime();
  const actions = useActions();
  const graph = useShell((shell) => shell.graph);
  const theme = useShell((shell) => shell.kept.theme);
  const selected = useShell((shell) => shell.selected);
  const paused = useShell((shell) => shell.paused);
  const sideOpen = useShell((shell) => shell.kept.sideOpen);
  const phase = useShell((shell) => shell.phase);
  const connection = useShell((shell) => shell.lane.connection);
  const paths = useSame(useEngine("fifth", (state) => (state.follows.length > 0 ? followed(state) : [])));
  const way = useShell((shell) => shell.way);
  const pointed = useShell((shell) => shell.pointed);
  const place = useShell((shell) => shell.place);
  const ignored = ignoredOf(useShell((shell) => shell.kept.ignored), place);
  const drawn = useSame(useEngine("second", (state) => ghostEdges(state, MOST_JUMPS).filter(({ from, to }) => !ignored.has(`${from}>${to}`))));
  const [rest, setRest] = useState<Rest | null>(null);
  const touch = {
    onRest: setRest,
    onWay: (chosen: WayRef) => {
      setRest(null);
      actions.way(chosen);
    },
  };
  const reduced = useReduced();
  const stale = phase === "on" && (connection === "stale" || connection === "reconnecting");
  return (
    <div className="canvas" id="canvas" tabIndex={-1}>
      {graph ? (
        <Picture
          graph={graph}
          light={engine.light}
          theme={theme}
          motion={reduced ? "reduced" : "full"}
          frozen={paused || stale || phase === "off"}
          stale={stale}
          selected={selected}
          onSelect={(node) => {
            actions.select(node);
          }}
          followed={paths}
          jumps={drawn}
          way={way}
          {...(large ? {} : touch)}
          pointed={pointed}
          large={large}
        >
          <Following />
        </Picture>
      ) : null}
      <Suspense fallback={null}>{graph && rest && <WayTip graph={graph} rest={rest} />}</Suspense>
      <Suspense fallback={null}>
        <Empty />
      </Suspense>
      {!sideOpen && !large && (
        <Button
          className="side-back"
          icon={<PanelRightOpen size={15} />}
          aria-label="Show the details"
          title="Show the details"
          onClick={() => {
            actions.keep({ sideOpen: true });
          }}
        />
      )}
    </div>
  );
}
