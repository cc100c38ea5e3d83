/** Sums frames to save room and loses no gap: runs of batches become one each, and gaps keep their place between them. */
import type { Gap } from "./wire.gen.ts";

/** How entries of one kind of list are read and made. */
export interface Kinds<E> {
  readonly isBatch: (entry: E) => boolean;
  readonly gapOf: (entry: E) => Gap | null;
  /** A run of batches, oldest first, as one. The youngest run is summed first. */
  readonly sum: (run: readonly E[]) => E;
  /** A gap of this tab's own making, which begins and ends nowhere. */
  readonly made: (gap: Gap, at: number) => E;
  /** A batch of nothing from where a gap begins to where it ends. */
  readonly span: (gap: Gap, at: number) => E;
}

/** `entries`, in the order of their times, with each run of batches as one. Beyond `most` gaps the oldest become two: one of known size, their sum, and one of unknown size. */
export function condense<E extends { readonly at: number }>(entries: readonly E[], most: number, kinds: Kinds<E>): E[] {
  const places = entries.filter((entry) => isPlace(kinds.gapOf(entry)));
  const folded = new Set(places.slice(0, Math.max(0, places.length - most)));
  const parts: (E | E[])[] = [];
  let run: E[] = [];
  let [known, unknown, reason] = [0, false, ""];
  for (const entry of entries) {
    const gap = kinds.gapOf(entry);
    const add = (batch: E): void => {
      if (run.length === 0) parts.push(run);
      run.push(batch);
    };
    if (kinds.isBatch(entry)) add(entry);
    else if (gap === null) parts.push(entry);
    else if (isPlace(gap) && !folded.has(entry)) {
      if (gap.from !== "") run = [];
      parts.push(entry);
    } else {
      known += gap.missed ?? 0;
      unknown ||= gap.missed === null;
      reason = gap.reason;
      if (gap.from !== "") add(kinds.span(gap, entry.at));
    }
  }
  const out = parts.reverse().map((part) => (Array.isArray(part) ? kinds.sum(part) : part)).reverse();
  const own = (missed: number | null): E => kinds.made({ op: "gap", from: "", to: "", missed, reason }, entries[0]?.at ?? 0);
  return [...(known > 0 ? [own(known)] : []), ...(unknown ? [own(null)] : []), ...out].sort((a, b) => a.at - b.at);
}

/** Whether a gap says more than a number: where it lies, or that its size is not known. */
function isPlace(gap: Gap | null): boolean {
  return gap !== null && (gap.from !== "" || gap.missed === null);
}
