/** What an unmapped event nearly lit, and why it did not. */
import { type UnmappedNearMiss, nearMissesOf } from "@dagnet-realtime/engine/select/unmapped";
import type { FeedRow } from "../selectors.ts";
import { useActions, useEngine } from "../hooks.ts";
import "../styles/unmapped.css";

/** The near misses of a row, as the engine sees them now. */
export function useNearMisses(row: FeedRow | null): readonly UnmappedNearMiss[] {
  return useEngine("numbers", (state) => (row === null ? [] : nearMissesOf(state, row)));
}

/** The nodes that a name nearly lit, with the reasons. */
export function NearMisses({ misses }: { readonly misses: readonly UnmappedNearMiss[] }) {
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
