/** The end of the strip: how far the picture can be trusted, what has lit, what was mapped, and where every event went. */
import type { TotalsOfState } from "@dagnet-realtime/engine/select/totals";
import { count, plural, share } from "../format.ts";
import { Tip } from "../kit/Tip.tsx";
import { Coverage } from "./Coverage.tsx";
import { LedgerChip } from "./LedgerChip.tsx";
import { PostureChips } from "./PostureChips.tsx";

export function StripEnd({ figures }: { readonly figures: TotalsOfState }) {
  return (
    <>
      <PostureChips />
      <Coverage />
      {figures.mappedShare !== null && (
        <Tip says={`${plural(figures.mapped, "event")} lit a node; ${count(figures.unmapped)} had a name that no node listens for.${figures.identity > 0 ? ` ${count(figures.identity)} said who somebody is, and could light nothing.` : ""}`}>
          <button type="button" className="plain figure figure-cut">
            <strong className="figure-small">{share(figures.mappedShare)}</strong> <span className="cut-first">of events</span> mapped
          </button>
        </Tip>
      )}
      <LedgerChip />
    </>
  );
}
