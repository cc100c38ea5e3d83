/** What a pseudonym looks like: a server's is a period's letter, `_` and twelve characters; one of this browser begins with `me_`. */
const SERVER = /^[a-z]_[0-9a-v]{12}$/;
const ANY = /^(?:[a-z]|me)_[0-9a-v]{12}$/;

/** Whether a server can know `text` as a token: nothing else is sent to it as one. */
export function isServerToken(text: string): boolean {
  return SERVER.test(text);
}

/** Whether `text` can be a token at all; what stands in a link's address may be anything. */
export function isToken(text: string): boolean {
  return ANY.test(text);
}
