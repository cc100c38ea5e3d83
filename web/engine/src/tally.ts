/** Counts one thing across lanes, so that an event that both lanes carry counts once.
 *
 * `remote` is exact: the server counted it. A hit that this browser's tap heard first is `waiting` for its remote twin; each remote hit that
 * can be the twin (its `messageId` was carried, or it was counted but not carried) ends one wait. What is shown is `remote + waiting`:
 * never less than either lane alone, never more than both together.
 */
export interface Tally {
  remote: number;
  local: number;
  waiting: number;
}

export function createTally(): Tally {
  return { remote: 0, local: 0, waiting: 0 };
}

/** The count to show: the union of the lanes. */
export function shown(tally: Tally): number {
  return tally.remote + tally.waiting;
}

/** Counts a local hit; it waits unless its remote twin came before it. */
export function countLocal(tally: Tally, twinCame: boolean): void {
  tally.local += 1;
  if (!twinCame) tally.waiting += 1;
}

/** Takes a local hit back that proved to be another's. One whose wait has ended stays counted by the remote lane. */
export function uncountLocal(tally: Tally): void {
  tally.local = Math.max(0, tally.local - 1);
  tally.waiting = Math.max(0, tally.waiting - 1);
}

/** Counts `n` remote hits, of which `twins` were carried and heard before by the tap, and `uncarried` are known by count alone.
 * Returns how many of the `n` are new to the picture. */
export function countRemote(tally: Tally, n: number, twins: number, uncarried: number): number {
  tally.remote += n;
  tally.waiting -= Math.min(tally.waiting, twins);
  const released = Math.min(tally.waiting, uncarried);
  tally.waiting -= released;
  return Math.max(0, n - twins - released);
}
