/** Names that the viewer does not want to see among the unmapped ones: whole names, or with
 * stars.
 */

/** Patterns kept at most, and letters of one. */
export const MAX_IGNORED = 200;
const MAX_PATTERN = 500;

/** A pattern without what cannot be kept; a star stands for any letters, none included. */
export function ignoredPatterns(patterns: readonly string[]): readonly string[] {
  return [...new Set(patterns.filter((one) => one.trim() !== "" && one.length <= MAX_PATTERN))].slice(-MAX_IGNORED);
}

/** Whether a name is one of the patterns. */
export function isIgnored(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => fits(name, pattern));
}

/** Case matters, as everywhere in names. Walks the parts between stars, so that no pattern is
 * slow.
 */
function fits(name: string, pattern: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return name === pattern;
  const last = rest.pop() ?? "";
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return at <= end;
}
