/** Texts of reports. Names of events come from anybody who has the public write key: here they are
 * shortened, and lose all that could act on a terminal, a report or a person. */

/** Characters of a name or a value that are shown. */
const SHOWN = 80;
/** Characters of a sentence. */
const LONGEST = 500;
/** Control characters, line separators, and signs that are invisible or turn the text direction. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** Most texts: short, and of signs that do nothing. */
const PLAIN = /^[\x20-\x7e]{0,80}$/;

/** `text` without signs that act, cut to 80 characters. */
export function shown(text: string): string {
  if (PLAIN.test(text)) return text;
  const clean = text.slice(0, 4 * SHOWN).replace(UNSEEN, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);
  const characters = Array.from(clean);
  return characters.length <= SHOWN ? clean : `${characters.slice(0, SHOWN - 1).join("")}…`;
}

/** A sentence that holds names, without signs that act. */
export function clean(text: string): string {
  return text.slice(0, 4 * LONGEST).replace(UNSEEN, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`).slice(0, LONGEST);
}

/** `text` in quotes, as near misses show it. */
export function quoted(text: string): string {
  return `“${shown(text)}”`;
}

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[], word = "and"): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${word} ${last}`;
}

/** "1 event", "2 events". */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** "once", "2 times". */
export function times(n: number): string {
  return n === 1 ? "once" : `${n} times`;
}

/** Milliseconds as people say them: "250 ms", "45 s", "1.5 s". */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Math.round(ms / 100) / 10} s`;
}

/** "66%", rounded down. */
export function percent(n: number, of: number): string {
  return of === 0 ? "0%" : `${Math.floor((100 * n) / of)}%`;
}

/** The known word that was probably meant, "" if none is near. */
export function likeliest(word: string, known: readonly string[]): string {
  const plain = word.toLowerCase().slice(0, 60);
  let best = "";
  let least = Math.max(2, Math.floor(plain.length / 3)) + 1;
  for (const one of known) {
    const far = distance(plain, one.toLowerCase().slice(0, 60));
    if (far < least) [best, least] = [one, far];
  }
  return best;
}

/** How many letters have to be changed, added, left out or swapped. */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, n) => n)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min(change, swap, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
