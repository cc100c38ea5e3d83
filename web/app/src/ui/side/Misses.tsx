/** What an event that lit nothing nearly lit, and what was in the way. */
import { type UnmappedNearMiss, nearMissesOf } from "@dagnet-realtime/engine/select/unmapped";
import type { FeedRow } from "../read.ts";
import { useActions, useEngine } from "../use.ts";

/** The near misses of a row, as the engine sees them now. */
export function useMisses(row: FeedRow | null): readonly UnmappedNearMiss[] {
  return useEngine("second", (state) => (row === null ? [] : nearMissesOf(state, row)));
}

export function Misses({ misses }: { readonly misses: readonly UnmappedNearMiss[] }) {
  const actions = useActions();
  return misses.map(({ node, label, reason }) => (
    <span key={node} className="missed">
      Nearly{" "}
      <button
        type="button"
        className="link"
        onClick={() => {
          actions.select(node);
        }}
      >
        {label}
      </button>
      : {reason}.
    </span>
  ));
}
