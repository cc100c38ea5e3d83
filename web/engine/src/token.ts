/** What a pseudonym looks like: a server's is a period's letter, `_` and twelve characters; one of this browser begins with `me_`. */
const SHAPE = /^(?:[a-z]|me)_[0-9a-v]{12}$/;

/** Whether `text` can be a token; what stands in a link's address may be anything. */
export function isToken(text: string): boolean {
  return SHAPE.test(text);
}
