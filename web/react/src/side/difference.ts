/** How a name that was sent differs from one that is listened for, with the difference visible. */

/** A piece of a name; `differs` marks what the other name has not. */
export interface NamePart {
  readonly text: string;
  readonly differs: boolean;
}

/** What cannot be seen, as a sign that can. */
const VISIBLE: Readonly<Record<string, string>> = { " ": "␠", "\t": "⇥", "\n": "⏎", "\r": "⏎", "\u00a0": "⍽" };
const UNSEEN = /[\p{Cf}\p{Cc}\u034f\ufe00-\ufe0f\u2000-\u200a\u202f\u205f\u3000]/u;

/** Letters compared one by one at most; longer names differ from their first difference to their
 * last.
 */
const MOST_LETTERS = 120;

/** The parts of `name`, those marked that `other` has not in the same order. */
export function differenceParts(name: string, other: string): readonly NamePart[] {
  const [mine, theirs] = [Array.from(name), Array.from(other)];
  const shared = mine.length + theirs.length > 2 * MOST_LETTERS ? sharedEnds(mine, theirs) : sharedLetters(mine, theirs);
  const parts: { text: string; differs: boolean }[] = [];
  mine.forEach((sign, index) => {
    const differs = !shared.has(index);
    const last = parts.at(-1);
    const text = differs ? visible(sign) : sign;
    if (last?.differs === differs) last.text += text;
    else parts.push({ text, differs });
  });
  return parts;
}

/** Indices of a longest common subsequence. */
function sharedLetters(mine: readonly string[], theirs: readonly string[]): ReadonlySet<number> {
  const width = theirs.length + 1;
  const lengths = new Uint16Array((mine.length + 1) * width);
  for (let i = mine.length - 1; i >= 0; i -= 1)
    for (let j = theirs.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] = mine[i] === theirs[j] ? 1 + (lengths[(i + 1) * width + j + 1] ?? 0) : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  const shared = new Set<number>();
  for (let i = 0, j = 0; i < mine.length && j < theirs.length; ) {
    if (mine[i] === theirs[j]) {
      shared.add(i);
      i += 1;
      j += 1;
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i += 1;
    else j += 1;
  }
  return shared;
}

/** Indices of the same beginning and the same end. */
function sharedEnds(mine: readonly string[], theirs: readonly string[]): ReadonlySet<number> {
  const most = Math.min(mine.length, theirs.length);
  const shared = new Set<number>();
  for (let at = 0; at < most && mine[at] === theirs[at]; at += 1) shared.add(at);
  const begin = shared.size;
  for (let end = 1; end <= most - begin && mine.at(-end) === theirs.at(-end); end += 1) shared.add(mine.length - end);
  return shared;
}

function visible(sign: string): string {
  const known = VISIBLE[sign];
  if (known !== undefined) return known;
  return UNSEEN.test(sign) ? `‹U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}›` : sign;
}
