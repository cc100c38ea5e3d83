/** The sums of a watch session's ledger, and what was missed. */
import type { Gap, Ledger } from "./wire.gen.ts";

export type Sums = { -readonly [K in keyof Ledger]: number };

export interface Missed {
  /** Events known to be missed, and how many gaps nobody can measure. */
  exact: number;
  unknown: number;
  /** The last gaps, newest last. */
  readonly gaps: { readonly at: number; readonly missed: number | null; readonly reason: string }[];
}

/** Gaps remembered one by one. */
const GAPS = 50;

export function createSums(): Sums {
  return { offered: 0, lit: 0, unmapped: 0, filtered: 0, missed: 0, carried: 0, thinned: 0, sampled_out: 0, forgotten: 0 };
}

export function createMissed(): Missed {
  return { exact: 0, unknown: 0, gaps: [] };
}

/** `a` and `b` together. */
export function plus(a: Ledger, b: Ledger): Sums {
  return {
    offered: a.offered + b.offered, lit: a.lit + b.lit, unmapped: a.unmapped + b.unmapped, filtered: a.filtered + b.filtered,
    missed: a.missed + b.missed, carried: a.carried + b.carried, thinned: a.thinned + b.thinned, sampled_out: a.sampled_out + b.sampled_out,
    forgotten: a.forgotten + b.forgotten,
  };
}

/** Counts a gap: a known loss enters the sums as offered and missed, an unknown one is a gap and nothing else. */
export function miss(sums: Sums, missed: Missed, gap: Pick<Gap, "missed" | "reason">, at: number): void {
  if (gap.missed === null) missed.unknown += 1;
  else {
    missed.exact += gap.missed;
    sums.offered += gap.missed;
    sums.missed += gap.missed;
  }
  missed.gaps.push({ at, missed: gap.missed, reason: gap.reason });
  if (missed.gaps.length > GAPS) missed.gaps.shift();
}

/** Whether `offered = lit + unmapped + filtered + missed` and `lit + unmapped = carried + thinned + sampled_out + forgotten`. */
export function balances(sums: Ledger): boolean {
  return sums.offered === sums.lit + sums.unmapped + sums.filtered + sums.missed && sums.lit + sums.unmapped === sums.carried + sums.thinned + sums.sampled_out + sums.forgotten;
}
