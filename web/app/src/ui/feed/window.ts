/** Which rows of the feed are on screen, and how the feed stands still while somebody reads. Sizes in pixels. */

export const ROW = 27;
/** The room that an opened row takes below itself. */
export const OPENED = 200;
/** Rows drawn beyond each edge, so that a scroll shows no gap before the next drawing. */
const SPARE = 4;

/** Numbers of the rows held, oldest first; those before `from` are gone. */
export interface Numbers {
  readonly rows: readonly number[];
  readonly from: number;
}

/** How many rows are newer than the row numbered `anchor`. */
export function newer({ rows, from }: Numbers, anchor: number): number {
  let low = from;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] ?? 0) <= anchor) low = middle + 1;
    else high = middle;
  }
  return rows.length - low;
}

/** The place of a row counted from the newest, -1 where it is gone. */
export function placeOf(numbers: Numbers, row: number): number {
  const before = newer(numbers, row);
  return numbers.rows[numbers.rows.length - 1 - before] === row && numbers.rows.length - 1 - before >= numbers.from ? before : -1;
}

export interface Shown {
  readonly first: number;
  readonly count: number;
  readonly height: number;
}

/** Which places are on screen; `opened` is the place of the opened row, -1 for none. */
export function shown(total: number, scroll: number, height: number, opened: number): Shown {
  const hasOpened = opened >= 0 && opened < total;
  const whole = total * ROW + (hasOpened ? OPENED : 0);
  const past = hasOpened && scroll > (opened + 1) * ROW ? Math.min(OPENED, scroll - (opened + 1) * ROW) : 0;
  const first = Math.max(0, Math.min(total, Math.floor((scroll - past) / ROW)) - SPARE);
  const count = Math.min(total - first, Math.ceil(height / ROW) + 1 + 2 * SPARE);
  return { first, count: Math.max(0, count), height: whole };
}

/** Where the row at a place begins. */
export function top(place: number, opened: number): number {
  return place * ROW + (opened >= 0 && place > opened ? OPENED : 0);
}
