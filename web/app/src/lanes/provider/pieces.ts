/** Joins the pieces of a message that was longer than the provider allows: `<id> <number> <how many> <text>`. */

/** Messages whose pieces are still coming; an older one has lost a piece, and what it held is fetched. */
export const MOST_OPEN = 16;
const MOST_PIECES = 500;
const SHAPE = /^(\S{1,64}) (\d{1,4}) (\d{1,4}) /;

/** Returns a function that takes a piece and gives the whole text once all have come, in whatever order. */
export function assembler(): (piece: string) => string | null {
  const open = new Map<string, (string | undefined)[]>();
  return (piece) => {
    const found = SHAPE.exec(piece);
    if (found === null) return null;
    const [head, id = "", number, count] = found;
    const [index, all] = [Number(number), Number(count)];
    if (all === 0 || all > MOST_PIECES || index >= all) return null;
    const parts = open.get(id) ?? new Array<string | undefined>(all).fill(undefined);
    if (parts.length !== all) return null;
    parts[index] = piece.slice(head.length);
    open.set(id, parts);
    if (parts.includes(undefined)) {
      const oldest = open.keys().next().value;
      if (open.size > MOST_OPEN && oldest !== undefined) open.delete(oldest);
      return null;
    }
    open.delete(id);
    return parts.join("");
  };
}
