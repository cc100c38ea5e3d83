/** HMAC-SHA256 at once and on any page: the browser's own answers later, and on secure pages only. For short texts. */

/** The first 64 primes give the constants: the fractions of their cube roots, and of the first eight square roots. */
const PRIMES = Array.from({ length: 312 }, (_, number) => number).filter((number) => number > 1 && !Array.from({ length: 16 }, (_, by) => by + 2).some((by) => by < number && number % by === 0));
const fraction = (root: number): number => (root * 2 ** 32) | 0;
const ROUNDS = PRIMES.map((prime) => fraction(prime ** (1 / 3)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(prime ** (1 / 2)));
/** Bytes of a block. */
const BLOCK = 64;

/** The keyed hash of a text's UTF-8, as hexadecimal digits; the key as well, of at most 64 bytes. */
export function hmacSha256(key: string, text: string): string {
  const padded = new Uint8Array(BLOCK);
  padded.set((key.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
  const inner = sha256(joined(padded.map((byte) => byte ^ 0x36), new TextEncoder().encode(text)));
  return Array.from(sha256(joined(padded.map((byte) => byte ^ 0x5c), inner)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function sha256(bytes: Uint8Array): Uint8Array {
  const blocks = new Uint8Array(Math.ceil((bytes.length + 9) / BLOCK) * BLOCK);
  blocks.set(bytes);
  blocks[bytes.length] = 0x80;
  const view = new DataView(blocks.buffer);
  view.setUint32(blocks.length - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(blocks.length - 4, bytes.length * 8);
  let state = Int32Array.from(START);
  for (let at = 0; at < blocks.length; at += BLOCK) state = compressed(state, view, at);
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, place) => { out.setInt32(place * 4, word); });
  return new Uint8Array(out.buffer);
}

function compressed(state: Int32Array<ArrayBuffer>, block: DataView, at: number): Int32Array<ArrayBuffer> {
  const words = new Int32Array(BLOCK);
  const word = (place: number): number => words[place] ?? 0;
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < BLOCK; i++) {
    words[i] = i < 16 ? block.getInt32(at + i * 4) : word(i - 16) + spread(word(i - 15), 7, 18, 3) + word(i - 7) + spread(word(i - 2), 17, 19, 10);
    const one = h + turned(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + (ROUNDS[i] ?? 0) + word(i);
    const two = turned(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
  }
  return Int32Array.from([a, b, c, d, e, f, g, h], (one, place) => one + (state[place] ?? 0));
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function turned(word: number, one: number, two: number, three: number): number {
  return turn(word, one) ^ turn(word, two) ^ turn(word, three);
}

function spread(word: number, one: number, two: number, shift: number): number {
  return turn(word, one) ^ turn(word, two) ^ (word >>> shift);
}

function joined(one: Uint8Array, two: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + two.length);
  both.set(one);
  both.set(two, one.length);
  return both;
}
