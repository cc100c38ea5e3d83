/** Which share of the traces an event belongs to, as thinning sees it: the same number in both languages. */
import type { Token } from "./wire.gen.ts";

/** 0 to below 1: the hash of the anonymous id's token, else of the first token, else of the message id. */
export function share(event: { readonly id: string; readonly traces: readonly Token[] }): number {
  const key = (event.traces.find((trace) => trace.kind === "anonymousId") ?? event.traces[0])?.token ?? event.id;
  return fnv1a(key) / 2 ** 32;
}

/** FNV-1a, 32 bit, of the UTF-8 of `text`. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text)
    for (const byte of utf8(character.codePointAt(0) ?? 0)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function utf8(code: number): readonly number[] {
  const tail = (shift: number) => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), tail(0)];
  if (code < 0x10000) return [0xe0 | (code >> 12), tail(6), tail(0)];
  return [0xf0 | (code >> 18), tail(12), tail(6), tail(0)];
}
