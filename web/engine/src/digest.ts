/** Digest of values in a canonical order, 64 bits: equal values give equal digests on every
 * machine.
 */
/** The two halves of a running hash. */
export interface Hash {
  a: number;
  b: number;
}

/** A hash of nothing. */
export function createHash(): Hash {
  return { a: 0x811c9dc5, b: 0x9e3779b9 };
}

/** Mixes a value in. Records go by sorted keys, maps and sets likewise; lists and typed arrays by
 * their own order.
 */
export function mix(hash: Hash, value: unknown): void {
  if (typeof value === "string") mixText(hash, `s${value.length}:${value}`);
  else if (typeof value !== "object" || value === null) mixText(hash, `${typeof value}${String(value)}`);
  else if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    const items = Array.from(value as unknown as ArrayLike<unknown>);
    mixText(hash, `[${items.length}`);
    for (const item of items) mix(hash, item);
  } else if (value instanceof Map) mixPairs(hash, [...(value as Map<unknown, unknown>)].map(([key, one]) => [String(key), one]));
  else if (value instanceof Set) mixPairs(hash, [...(value as Set<unknown>)].map((key) => [String(key), true]));
  else mixPairs(hash, Object.entries(value));
}

/** 16 hexadecimal digits. */
export function digest(hash: Hash): string {
  return [hash.a, hash.b].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}

function mixPairs(hash: Hash, entries: [string, unknown][]): void {
  mixText(hash, `{${entries.length}`);
  for (const [key, value] of entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    mixText(hash, key);
    mix(hash, value);
  }
}

/** Two FNV-like streams over UTF-16 units, with different primes. */
function mixText(hash: Hash, piece: string): void {
  for (let i = 0; i < piece.length; i++) {
    const unit = piece.charCodeAt(i);
    hash.a = Math.imul(hash.a ^ unit, 0x01000193);
    hash.b = Math.imul(hash.b ^ unit, 0x85ebca6b) ^ (hash.b >>> 13);
  }
  hash.a = Math.imul(hash.a ^ 0xff, 0x01000193);
}
