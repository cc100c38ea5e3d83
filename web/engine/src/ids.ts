/** Shapes of identifiers: message ids as they are shown, and trace tokens. */

// Message ids, by the server's rule and vectors: shown as they came if an official SDK or Realtime
// made them, else as a digest.

const UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
const TIME = "[1-3][0-9]{12}";
const KNOWN_ID_FORMS = [
  UUID, `(?:ajs|node)-next-${TIME}-${UUID}`, "ajs-(?:next-)?[0-9a-f]{32}", `node-[0-9a-f]{32}-${UUID}`, "api-[0-9A-Za-z]{27}", "sch-[0-9A-Za-z]{27,32}",
  `(?:segment-)?test-message-(?:[0-9a-z]{6}|${UUID})`, `(?:delete|resent)-${UUID}`, "tap-[0-9]{1,10},[0-9]{1,10},[0-9]{1,10}",
];
const KNOWN_ID = new RegExp(`^(?:${KNOWN_ID_FORMS.join("|")})$`);
const DIGITS = 32;

/** `hmac` is the hexadecimal HMAC-SHA256 of a text under the channel's key. */
export function shownId(id: string, hmac: (text: string) => string): string {
  return KNOWN_ID.test(id) ? id : `derived-${hmac(id).slice(0, DIGITS)}`;
}

/** Trace tokens: a server's is a period's letter, `_` and twelve characters; one of this browser
 * begins with `me_`.
 */
const TOKEN = /^(?:[a-z]|me)_[0-9a-v]{12}$/;

/** Whether `text` has the form of a token; a link's address may contain anything. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
