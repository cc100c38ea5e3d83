/** What stands over the canvas about the state of the picture: a filter, a pause, that it is not
 * live.
 */
import { CirclePause, FlaskConical, History, ListFilter, Radio, Unplug } from "lucide-react";
import type { ReactNode } from "react";
import { useActions } from "./hooks.ts";
import { Button } from "./kit/controls.tsx";
import type { Banner } from "./viewState.ts";

const ICONS: Readonly<Record<Banner["kind"], ReactNode>> = {
  paused: <CirclePause size={15} />, "catching-up": <History size={15} />, drained: <Unplug size={15} />, replay: <History size={15} />, filtered: <ListFilter size={15} />, test: <FlaskConical size={15} />, silent: <Radio size={15} />,
};

export function Banners({ banners }: { readonly banners: readonly Banner[] }) {
  const actions = useActions();
  return banners.map(({ kind, text }) => (
    <p key={kind} className={`state-banner state-banner-${kind}`}>
      <span aria-hidden="true">{ICONS[kind]}</span> {text}
      {kind === "filtered" && (
        <Button className="button-small" aria-label="Clear the filter" onClick={() => { actions.filter(""); }}>
          Clear
        </Button>
      )}
    </p>
  ));
}
