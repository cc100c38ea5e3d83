/** Rates of things that are only counted: counts looked at once a second over the last ten. */

const LOOKS = 11;

interface Look {
  readonly at: number;
  readonly counts: ReadonlyMap<string, number>;
}

export interface Rates {
  readonly looks: readonly Look[];
}

export const NO_LOOKS: Rates = { looks: [] };

/** Looks once more; a look within half a second of the last one, or a clock that stands, changes nothing. */
export function look(rates: Rates, at: number, counts: ReadonlyMap<string, number>): Rates {
  const last = rates.looks.at(-1);
  if (last && at - last.at < 500) return at < last.at ? { looks: [{ at, counts }] } : rates;
  return { looks: [...rates.looks, { at, counts }].slice(-LOOKS) };
}

/** Events per second of one name over the looks; a name that the first look did not know began at nothing. */
export function rateOf({ looks }: Rates, name: string): number {
  const first = looks[0];
  const last = looks.at(-1);
  if (!first || !last || last.at <= first.at) return 0;
  return Math.max(0, ((last.counts.get(name) ?? 0) - (first.counts.get(name) ?? 0)) / ((last.at - first.at) / 1000));
}
