/** Picks the node that an unmapped name belongs to; the likest come first. */
import { nearestNames } from "@dagnet-realtime/engine/select/unmapped";
import { useState } from "react";
import { StillList } from "../kit/RovingList.tsx";
import { Sheet } from "../kit/Sheet.tsx";
import { useActions, useEngine, useSession } from "../hooks.ts";

/** Picks the node that an unmapped name should light. */
export function MapSheet({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const actions = useActions();
  const graph = useSession((state) => state.graph);
  const near = useEngine("numbers", (state) => nearestNames(state, name, 5));
  const [search, setSearch] = useState("");
  const likest = new Map(near.map((one, index) => [one.node, index]));
  const nodes = (graph?.nodes ?? [])
    .filter(({ label, id }) => `${label} ${id}`.toLowerCase().includes(search.toLowerCase()))
    .sort((a, b) => (likest.get(a.uuid) ?? 99) - (likest.get(b.uuid) ?? 99));
  return (
    <Sheet title="Map an event to a node" onClose={onClose}>
      <p>
        <code>{name}</code> will light the node you choose, in this session only. What was counted so far is filled in, and the mapping can be exported for the author of the event definitions.
      </p>
      <input
        className="field"
        autoFocus
        value={search}
        placeholder="Find a node…"
        aria-label="Find a node"
        onChange={(event) => {
          setSearch(event.target.value);
        }}
      />
      <StillList className="pick" items={nodes} keyOf={({ uuid }) => uuid}>
        {(node) => (
          <li>
            <button
              type="button"
              className="pick-row"
              onClick={() => {
                actions.bind(name, node.uuid);
                onClose();
              }}
            >
              {node.label || node.id || node.uuid}
              <span className="mono quiet">{node.event_id}</span>
              {likest.has(node.uuid) && <span className="chip chip-pink">like {near.find((one) => one.node === node.uuid)?.name}</span>}
            </button>
          </li>
        )}
      </StillList>
      {nodes.length === 0 && <p className="quiet">No node has that in its name.</p>}
    </Sheet>
  );
}
