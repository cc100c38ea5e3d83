/** The server's pseudonyms without a server: the rules of `conformance/tokens.json`. */
import { bytes, node } from "./runtime.ts";

const PERSON = /^(?:user|anonymous|previous)Id$/;
const DIGITS = "0123456789abcdefghijklmnopqrstuv";
/** Characters of a token, after its period's letter. */
const LENGTH = 12;
/** Characters of an identifier that count. */
const LONGEST = 512;
/** After a change of keys both periods' tokens are given for so long, milliseconds. */
const OVERLAP = 24 * 3600 * 1000;

/** Whose tokens, of which channel, under which key (hexadecimal digits). `rotation` is seconds to a
 * period, 0 for one that never ends.
 */
export interface Keying {
  readonly workspace: string;
  readonly env: string;
  readonly key: string;
  readonly rotation: number;
}

/** The tokens of `value` at `at`, milliseconds since 1970: one, or two for a while after a change
 * of keys.
 */
export type Pseudonyms = (kind: string, value: string, at: number) => readonly string[];

export function pseudonyms({ workspace, env, key, rotation }: Keying): Pseudonyms {
  const master = bytes(key);
  const length = Math.floor(rotation * 1000);
  const keys = new Map<number, Uint8Array>();
  const seal = (period: number, text: string): string => {
    let of = keys.get(period);
    if (of === undefined) {
      of = mac(master, `dagnet-realtime token\0${workspace}\0${env}\0${period}`);
      if (keys.size > 2) keys.clear();
      keys.set(period, of);
    }
    return `${String.fromCharCode(97 + (period % 26))}_${Array.from(mac(of, text).slice(0, LENGTH), (byte) => DIGITS[byte & 31]).join("")}`;
  };
  return (kind, value, at) => {
    const text = `${PERSON.test(kind) ? "person" : kind}\0${Array.from(value).slice(0, LONGEST).join("")}`;
    if (length <= 0) return [seal(0, text)];
    const period = Math.floor(at / length);
    const overlaps = period > 0 && at - period * length < Math.min(OVERLAP, Math.floor(length / 2));
    return overlaps ? [seal(period, text), seal(period - 1, text)] : [seal(period, text)];
  };
}

function mac(key: Uint8Array, text: string): Uint8Array {
  return node().createHmac("sha256", key).update(text).digest();
}
