/** Where every event went, and how far the picture can be trusted. */
import { sums as doorSums } from "../doors.ts";
import { balances, type Missed, type Sums } from "../ledger.ts";
import type { State } from "../state.ts";
import type { Door, Posture } from "../wire.gen.ts";

export interface LedgerOfState {
  /** Since On (since Clear), remote lane. */
  readonly view: Sums;
  readonly balances: boolean;
  readonly missed: Missed;
  /** Per source, since On. */
  readonly doors: readonly { readonly source: string; readonly door: Door; readonly balances: boolean }[];
  /** Local lane: heard by the tap, and not yet met by a remote twin. */
  readonly heard: number;
  readonly waiting: number;
  /** Carried events heard before on the same lane, and frames that were repeats or did not fit. */
  readonly duplicates: number;
  readonly repeats: number;
  readonly misfits: number;
}

/** Both ledgers as they stand. */
export function ledger(state: State): LedgerOfState {
  const { kept } = state;
  const doors = [...state.doors].map(([source, { since }]) => ({ source, door: since, balances: doorSums(since) }));
  return {
    view: kept.sums, balances: balances(kept.sums), missed: kept.missed, doors, heard: kept.total.local, waiting: kept.total.waiting,
    duplicates: kept.duplicates, repeats: state.repeats, misfits: state.misfits,
  };
}

export interface PostureOfState {
  /** What the server says of its policy; null without a remote lane. */
  readonly policy: Posture | null;
  /** The share of traces that the policy keeps whole, and the lowest share that frames carried since On. */
  readonly sampling: number;
  readonly threshold: number;
  /** Counts are exact; events and traces are fewer than counted. */
  readonly thinned: boolean;
  readonly sampled: boolean;
  /** When thinning began since On (null where it has not), and since when the policy is what it is. */
  readonly thinnedAt: number | null;
  readonly imposedAt: number;
  /** Sources that were turned away since On because they sent faster than they may, with how many events. */
  readonly limited: readonly { readonly source: string; readonly events: number }[];
}

export function posture(state: State): PostureOfState {
  const { sums } = state.kept;
  return {
    policy: state.posture, sampling: state.sampling, threshold: state.threshold, thinned: sums.thinned > 0 || state.threshold < 1,
    sampled: state.sampling < 1 || sums.sampled_out > 0, thinnedAt: state.thinnedAt, imposedAt: state.imposedAt,
    limited: [...state.doors].flatMap(([source, { since }]) => (since.rate_limited > 0 ? [{ source, events: since.rate_limited }] : [])),
  };
}
