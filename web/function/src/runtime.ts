/** Types of Segment's runtime, as far as it is used here:
 * https://www.twilio.com/docs/segment/connections/functions/destination-functions
 */

/** Node's module, which is `crypto` there; the browser's interface of that name is not. */
export interface NodeCrypto {
  createHash(name: "md5" | "sha256"): Digesting;
  createHmac(name: "sha256", key: Uint8Array | string): Digesting;
}

interface Digesting {
  update(text: string): Digesting;
  digest(): Uint8Array;
  digest(encoding: "hex"): string;
}

/** As much of an answer as is read. */
export interface Answer {
  readonly status: number;
  text(): Promise<string>;
}

/** The errors that Segment knows: the first has the event tried again, for up to four hours; the
 * others discard it, and count it as such.
 */
declare global {
  const RetryError: new (why: string) => Error;
  const ValidationError: new (why: string) => Error;
  const InvalidEventPayload: new (why: string) => Error;
}

/** Node's module, by its name and not by `globalThis`: how the runtime provides it is not
 * documented.
 */
export function node(): NodeCrypto {
  return crypto as unknown as NodeCrypto;
}

/** Hexadecimal HMAC-SHA256. */
export function hmac(key: Uint8Array | string, text: string): string {
  return node().createHmac("sha256", key).update(text).digest("hex");
}

/** The bytes that hexadecimal digits stand for. */
export function bytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
