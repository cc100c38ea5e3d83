/** From which node to which, each a way to that node. */
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { X } from "lucide-react";
import { Button } from "../kit/Button.tsx";
import { useActions } from "../use.ts";
import { labelOf } from "./steps.ts";

export function WayHead({ graph, from, to, what }: { readonly graph: Graph; readonly from: string; readonly to: string; readonly what: "Edge" | "Jump" }) {
  const actions = useActions();
  const end = (uuid: string) => (
    <button
      type="button"
      className="link"
      onClick={() => {
        actions.select(uuid);
      }}
    >
      {labelOf(graph, uuid)}
    </button>
  );
  return (
    <header className="side-head">
      <h2>
        <span className="out-of-sight">{what} from </span>
        {end(from)} <span aria-label="to">{what === "Jump" ? "⇢" : "→"}</span> {end(to)}
      </h2>
      <span className="top-gap" />
      <Button
        voice="quiet"
        className="button-small"
        icon={<X size={14} />}
        aria-label={`Close this ${what.toLowerCase()}`}
        onClick={() => {
          actions.way(null);
        }}
      />
    </header>
  );
}
