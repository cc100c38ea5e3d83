/** Local pseudonyms: keyed tokens for the identifiers of a message. */

// SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash made for short texts, at once and on
// any page; the browser's own answer later, and on secure pages only.

type State = [a: bigint, b: bigint, c: bigint, d: bigint];

/** Which words are added, and by how far the second is turned then. */
const MIX = [[0, 1, 13n], [2, 3, 16n], [0, 3, 21n], [2, 1, 17n]] as const;

const u64 = (word: bigint): bigint => BigInt.asUintN(64, word);
const turn = (word: bigint, by: bigint): bigint => u64(word << by) | (word >> (64n - by));
/** Eight bytes, the least first. */
const word = (bytes: readonly number[], at: number): bigint => [7, 6, 5, 4, 3, 2, 1, 0].reduce((sum, place) => (sum << 8n) | BigInt(bytes[at + place] ?? 0), 0n);

/** The 64-bit keyed hash of a text's bytes; the key has 16. */
export function siphash(key: readonly number[], bytes: readonly number[]): bigint {
  const [one, two] = [word(key, 0), word(key, 8)];
  const state: State = [one ^ 0x736f6d6570736575n, two ^ 0x646f72616e646f6dn, one ^ 0x6c7967656e657261n, two ^ 0x7465646279746573n];
  for (let at = 0; at <= bytes.length; at += 8) {
    const last = at + 8 > bytes.length ? BigInt(bytes.length & 255) << 56n : 0n;
    const taken = word(bytes, at) | last;
    state[3] ^= taken;
    rounds(state, 2);
    state[0] ^= taken;
  }
  state[2] ^= 255n;
  rounds(state, 4);
  return state[0] ^ state[1] ^ state[2] ^ state[3];
}

function rounds(state: State, count: number): void {
  for (; count > 0; count--)
    for (const [one, two, by] of MIX) {
      const sum = u64(state[one] + state[two]);
      state[two] = turn(state[two], by) ^ sum;
      state[one] = by === 13n || by === 17n ? turn(sum, 32n) : sum;
    }
}

// Pseudonyms: identifiers become short keyed tokens, shaped as the server's, with a key that only
// one Realtime tab and its pages have.

const PERSON = /^(?:user|anonymous|previous)Id$/;
/** Characters of a token; five bits each. */
const LENGTH = 12;
/** Tokens remembered: most events of a page have the same sender. */
const KNOWN = 200;
/** Prefix of local tokens; the server's begin with a period's letter. */
export const LOCAL_TOKEN = "me_";

/** The tokens of one key, 32 hexadecimal digits. What names a person shares one space of values,
 * every other kind has its own.
 */
export function tokens(salt: string): (kind: string, value: string) => string {
  const key = (salt.match(/../g) ?? []).map((pair) => parseInt(pair, 16));
  const known = new Map<string, string>();
  return (kind, value) => {
    const message = `${PERSON.test(kind) ? "person" : kind}\0${value}`;
    let token = known.get(message);
    if (!token) {
      token = LOCAL_TOKEN + siphash(key, [...new TextEncoder().encode(message)]).toString(32).padStart(13, "0").slice(-LENGTH);
      if (known.size > KNOWN) known.clear();
      known.set(message, token);
    }
    return token;
  };
}
