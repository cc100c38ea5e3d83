/** Parser of Server-Sent Events. */

/** One message of a stream: its last `id:` and its joined `data:` lines. */
export interface Message {
  readonly id: string;
  readonly data: string;
}

/** A message larger than this is not ours; the stream is given up rather than the tab. */
export const MESSAGE_LIMIT = 8 * 1024 * 1024;

/** Returns a function that takes the next piece and returns the messages completed by it; throws
 * RangeError past `MESSAGE_LIMIT`.
 */
export function reader(): (piece: string) => Message[] {
  let rest = "";
  let data: string[] = [];
  let size = 0;
  let id = "";
  const line = (text: string, out: Message[]): void => {
    if (text === "") {
      if (data.length > 0) out.push({ id, data: data.join("\n") });
      data = [];
      size = 0;
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return;
    const field = colon < 0 ? text : text.slice(0, colon);
    let value = colon < 0 ? "" : text.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (field === "data") {
      size += value.length;
      data.push(value);
    } else if (field === "id" && !value.includes("\0")) id = value;
  };
  return (piece) => {
    const out: Message[] = [];
    rest += piece;
    let from = 0;
    const ends = /[\r\n]/g;
    for (;;) {
      ends.lastIndex = from;
      const end = ends.exec(rest)?.index;
      if (end === undefined) break;
      const carriage = rest.charCodeAt(end) === 13;
      // A carriage return at the very end may be half of a pair: wait for the next piece.
      if (carriage && end + 1 === rest.length) break;
      line(rest.slice(from, end), out);
      from = end + (carriage && rest.charCodeAt(end + 1) === 10 ? 2 : 1);
    }
    rest = rest.slice(from);
    if (rest.length + size > MESSAGE_LIMIT) throw new RangeError("a message of the stream is larger than 8 MB");
    return out;
  };
}
