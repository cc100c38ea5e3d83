/** Local pseudonyms: who sent a message becomes a short keyed token, shaped as the server's are, with a key that only one Realtime tab and its pages hold. */
import { siphash } from "./siphash.ts";

const PERSON = /^(?:user|anonymous|previous)Id$/;
/** Characters of a token; five bits each. */
const LENGTH = 12;
/** Tokens remembered: most events of a page have the same sender. */
const KNOWN = 200;
/** Tells local tokens from the server's, whose first letter is a period's. */
export const LOCAL_TOKEN = "me_";

/** The tokens of one key, 32 hexadecimal digits. What names a person shares one space of values, every other kind has its own. */
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
