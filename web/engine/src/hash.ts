/** Hashes: HMAC-SHA256, and FNV-1a with the sampling share of an event. */
import type { Token } from "./wire.gen.ts";

// HMAC-SHA256, synchronous and on any page: the browser's own is asynchronous and on secure pages
// only. For short texts.

/** The first 64 primes give the constants: the fractions of their cube roots, and of the first
 * eight square roots.
 */
const PRIMES = Array.from({ length: 312 }, (_, number) => number).filter((number) => number > 1 && !Array.from({ length: 16 }, (_, by) => by + 2).some((by) => by < number && number % by === 0));
const fraction = (root: number): number => (root * 2 ** 32) | 0;
const ROUNDS = PRIMES.map((prime) => fraction(prime ** (1 / 3)));
const START = PRIMES.slice(0, 8).map((prime) => fraction(prime ** (1 / 2)));
/** Bytes of a block. */
const BLOCK = 64;

/** The keyed hash of a text's UTF-8, as hexadecimal digits; the key as well, of at most 64 bytes.
 */
export function hmacSha256(key: string, text: string): string {
  const padded = new Uint8Array(BLOCK);
  padded.set((key.match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
  const inner = sha256(concatenated(padded.map((byte) => byte ^ 0x36), new TextEncoder().encode(text)));
  return Array.from(sha256(concatenated(padded.map((byte) => byte ^ 0x5c), inner)), (byte) => byte.toString(16).padStart(2, "0")).join("");
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
  const output = new DataView(new ArrayBuffer(32));
  state.forEach((word, index) => { output.setInt32(index * 4, word); });
  return new Uint8Array(output.buffer);
}

function compressed(state: Int32Array<ArrayBuffer>, block: DataView, at: number): Int32Array<ArrayBuffer> {
  const words = new Int32Array(BLOCK);
  const word = (index: number): number => words[index] ?? 0;
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let i = 0; i < BLOCK; i++) {
    words[i] = i < 16 ? block.getInt32(at + i * 4) : word(i - 16) + rotatedShiftXor(word(i - 15), 7, 18, 3) + word(i - 7) + rotatedShiftXor(word(i - 2), 17, 19, 10);
    const one = h + rotatedXor(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + (ROUNDS[i] ?? 0) + word(i);
    const two = rotatedXor(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [(one + two) | 0, a, b, c, (d + one) | 0, e, f, g];
  }
  return Int32Array.from([a, b, c, d, e, f, g, h], (one, index) => one + (state[index] ?? 0));
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function rotatedXor(word: number, one: number, two: number, three: number): number {
  return rotate(word, one) ^ rotate(word, two) ^ rotate(word, three);
}

function rotatedShiftXor(word: number, one: number, two: number, shift: number): number {
  return rotate(word, one) ^ rotate(word, two) ^ (word >>> shift);
}

function concatenated(one: Uint8Array, two: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + two.length);
  both.set(one);
  both.set(two, one.length);
  return both;
}

// Sampling share of an event: the same number in both languages.

/** 0 to below 1: the hash of the anonymous id's token, else of the first token, else of the message
 * id.
 */
export function share(event: { readonly id: string; readonly traces: readonly Token[] }): number {
  const key = (event.traces.find((trace) => trace.kind === "anonymousId") ?? event.traces[0])?.token ?? event.id;
  return fnv1a(key) / 2 ** 32;
}

/** FNV-1a, 32 bit, of the UTF-8 of `text`. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) hash = Math.imul(hash ^ unit, FNV_PRIME);
    else {
      const code = text.codePointAt(i) ?? unit;
      for (const byte of utf8(code)) hash = Math.imul(hash ^ byte, FNV_PRIME);
      if (code > 0xffff) i += 1;
    }
  }
  return hash >>> 0;
}

const FNV_PRIME = 0x01000193;

function utf8(code: number): readonly number[] {
  const tail = (shift: number) => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), tail(0)];
  if (code < 0x10000) return [0xe0 | (code >> 12), tail(6), tail(0)];
  return [0xf0 | (code >> 18), tail(12), tail(6), tail(0)];
}
