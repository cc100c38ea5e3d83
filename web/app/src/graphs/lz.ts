/** Undoes lz-string's `compressToEncodedURIComponent`, with a bound: the library's own decoder lets a short text grow without end. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$";
/** Bits of one letter of the alphabet, and codes that are no dictionary entries. */
const BITS = 6;
const BYTE = 0, UNIT = 1, END = 2;

/** The text that `packed` stands for; null where it is not in this format, or longer than `limit` UTF-16 units. */
export function decompress(packed: string, limit: number): string | null {
  const take = bits(packed);
  const character = (code: number): string => String.fromCharCode(take(code === BYTE ? 8 : 16));
  const dictionary: string[] = ["", "", ""];
  let code = take(2);
  if (code === END) return "";
  if (code !== BYTE && code !== UNIT) return null;
  let previous = character(code), result = previous, width = 3, room = 4;
  dictionary.push(previous);
  const used = (): void => {
    if (--room === 0) room = 2 ** width++;
  };
  for (;;) {
    code = take(width);
    if (code === END) return result;
    if (code < 0) return null;
    if (code === BYTE || code === UNIT) {
      dictionary.push(character(code));
      code = dictionary.length - 1;
      used();
    }
    const entry = dictionary[code] ?? (code === dictionary.length ? previous + previous.charAt(0) : null);
    if (entry === null) return null;
    result += entry;
    if (result.length > limit) return null;
    dictionary.push(previous + entry.charAt(0));
    previous = entry;
    used();
  }
}

/** Takes so many bits, the lowest first; -1 where the text has ended or holds another letter. */
function bits(packed: string): (count: number) => number {
  let place = 0;
  return (count) => {
    let value = 0;
    for (let i = 0; i < count; i++, place++) {
      const letter = ALPHABET.indexOf(packed.charAt(Math.floor(place / BITS)) || " ");
      if (letter < 0) return -1;
      if ((letter >> (BITS - 1 - (place % BITS))) & 1) value += 2 ** i;
    }
    return value;
  };
}
