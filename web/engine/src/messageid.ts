/** How a message's id is shown, by the server's rule and vectors: as it came if an official SDK or Realtime made it, else as a digest. */

const UUID = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
const TIME = "[1-3][0-9]{12}";
const SHAPES = [
  UUID, `(?:ajs|node)-next-${TIME}-${UUID}`, "ajs-(?:next-)?[0-9a-f]{32}", `node-[0-9a-f]{32}-${UUID}`, "api-[0-9A-Za-z]{27}", "sch-[0-9A-Za-z]{27,32}",
  `(?:segment-)?test-message-(?:[0-9a-z]{6}|${UUID})`, `(?:delete|resent)-${UUID}`, "tap-[0-9]{1,10},[0-9]{1,10},[0-9]{1,10}",
];
const SHAPE = new RegExp(`^(?:${SHAPES.join("|")})$`);
const DIGITS = 32;

/** `hmac` is the hexadecimal HMAC-SHA256 of a text under the channel's key. */
export function shownId(id: string, hmac: (text: string) => string): string {
  return SHAPE.test(id) ? id : `derived-${hmac(id).slice(0, DIGITS)}`;
}
