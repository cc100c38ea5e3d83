/** The picture in its frame: what is followed, what is wrong, and what to do while it is empty. */
import { useActions, useApp, useMedia, useNarrow, useUi } from "../hooks.ts";
import { followed, ghostEdges } from "@dagnet-realtime/engine/select/traces";
import { PanelRightOpen } from "lucide-react";
import { type ReactNode, Suspense, useCallback, useState } from "react";
import type { EdgeRef, PictureControls, PictureProps } from "@dagnet-realtime/react/picture/types";
import { Picture } from "@dagnet-realtime/react/picture/Picture.tsx";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { lazyPart } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import { useRoving } from "@dagnet-realtime/react/kit/roving";
import { ignoredJumps } from "./traceLink.ts";
import { useEngine, useSame } from "@dagnet-realtime/react/hooks";
import { Banners } from "@dagnet-realtime/react/Banners.tsx";
import { useViewState } from "@dagnet-realtime/react/useViewState";
import type { EdgeHoverAt } from "@dagnet-realtime/react/EdgeTooltip.tsx";

const Following = lazyPart(async () => (await import("@dagnet-realtime/react/Following.tsx")).Following);
const EdgeTooltip = lazyPart(async () => (await import("@dagnet-realtime/react/EdgeTooltip.tsx")).EdgeTooltip);
const GraphTable = lazyPart(async () => (await import("@dagnet-realtime/react/GraphTable.tsx")).GraphTable);
const Empty = lazyPart(async () => (await import("./Empty.tsx")).Empty);

/** More ghosts than this hide the graph; the panel lists the others. They are of all events, so
 * that a filtered picture has none.
 */
const MOST_JUMPS = 5;
const STILL = "(prefers-reduced-motion: reduce)";

/** `children` lie over the picture, above its legend. */
export function Canvas({ large = false, children }: { readonly large?: boolean; readonly children?: ReactNode }) {
  const { engine, picture: pictureRef } = useApp();
  const actions = useActions();
  const graph = useUi((ui) => ui.graph);
  const theme = useUi((ui) => ui.preferences.theme);
  const selected = useUi((ui) => ui.selected);
  const sideOpen = useUi((ui) => ui.preferences.sideOpen);
  const paths = useSame(useEngine("rows", (state) => (state.follows.length > 0 ? followed(state) : [])));
  const way = useUi((ui) => ui.selectedEdge);
  const pointed = useUi((ui) => ui.highlight);
  const graphRef = useUi((ui) => ui.graphRef);
  const ignored = ignoredJumps(useUi((ui) => ui.preferences.ignored), graphRef);
  const drawn = useSame(useEngine("numbers", (state) => (state.filter.terms.length > 0 ? [] : ghostEdges(state, MOST_JUMPS + ignored.size)).filter(({ from, to }) => !ignored.has(`${from}>${to}`)).slice(0, MOST_JUMPS)));
  const [hover, setHover] = useState<EdgeHoverAt | null>(null);
  const touch: Pick<PictureProps, "onHoverEdge" | "onSelectEdge"> = {
    onHoverEdge: setHover,
    onSelectEdge: (chosen: EdgeRef) => {
      setHover(null);
      actions.selectEdge(chosen);
    },
  };
  const onControls = useCallback((controls: PictureControls | null) => { if (pictureRef) pictureRef.current = controls; }, [pictureRef]);
  const reduced = useMedia(STILL);
  const narrow = useNarrow();
  const covered = useUi((ui) => ui.pane !== "graph") && narrow && !large;
  const view = useViewState();
  const filter = useUi((ui) => ui.filter);
  const asTable = useUi((ui) => ui.overlay === "table");
  return (
    <div className="canvas" id="canvas" tabIndex={-1} inert={covered} {...useRoving<HTMLDivElement>(".react-flow__node")} data-state={view.name} data-tint={view.tint}>
      {graph ? (
        <div className="canvas-below" inert={asTable}>
          <Picture
            graph={graph}
            light={engine.light}
            theme={theme}
            motion={reduced ? "reduced" : "full"}
            frozen={view.still}
            stale={view.tint === "drained"}
            paused={view.tint === "paused"}
            figures={view.covers === "" ? "none" : view.figures}
            filter={filter}
            selected={selected}
            onSelect={(node) => {
              actions.select(node);
            }}
            followed={paths}
            jumps={drawn}
            selectedEdge={way}
            {...(large ? {} : touch)}
            highlight={pointed}
            large={large}
            onControls={onControls}
          >
            <Banners banners={view.banners} />
            <Suspense fallback={null}>
              <Following />
            </Suspense>
          </Picture>
        </div>
      ) : null}
      <Suspense fallback={null}>{graph && asTable && <GraphTable onClose={() => { actions.overlay(null); }} />}</Suspense>
      <Suspense fallback={null}>{graph && hover && <EdgeTooltip graph={graph} hover={hover} />}</Suspense>
      <Suspense fallback={null}>
        <Empty />
      </Suspense>
      {!sideOpen && !large && !narrow && (
        <Button
          className="side-back"
          icon={<PanelRightOpen size={15} />}
          aria-label="Show the details"
          title="Show the details"
          onClick={() => {
            actions.setPreferences({ sideOpen: true });
          }}
        />
      )}
      {children}
    </div>
  );
}
