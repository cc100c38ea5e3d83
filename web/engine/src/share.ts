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
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) hash = Math.imul(hash ^ unit, PRIME);
    else {
      const code = text.codePointAt(i) ?? unit;
      for (const byte of utf8(code)) hash = Math.imul(hash ^ byte, PRIME);
      if (code > 0xffff) i += 1;
    }
  }
  return hash >>> 0;
}

const PRIME = 0x01000193;

function utf8(code: number): readonly number[] {
  const tail = (shift: number) => 0x80 | ((code >> shift) & 0x3f);
  if (code < 0x80) return [code];
  if (code < 0x800) return [0xc0 | (code >> 6), tail(0)];
  if (code < 0x10000) return [0xe0 | (code >> 12), tail(6), tail(0)];
  return [0xf0 | (code >> 18), tail(12), tail(6), tail(0)];
}
