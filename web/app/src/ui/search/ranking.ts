/**
 * How well entries answer to what was typed. Accents, case and signs do not count; every word must
 * be found, whole, as a part, or with letters left out ("chkt" finds "Checkout").
 */

/** A text as it is compared; `starts[i]` is 1 if a word begins at `i`. */
export interface Folded {
  readonly text: string;
  readonly starts: Uint8Array;
}

/** What is searched: the title first, then what counts for less. */
export interface Ranked {
  readonly fields: readonly Folded[];
}

/** Characters of a text that are looked at, and words of a query. */
const MOST_CHARACTERS = 300;
const MOST_WORDS = 8;

/** Letters that are no others with an accent, as people without them type them. */
const LETTERS: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", Æ: "AE", œ: "oe", Œ: "OE", ø: "o", Ø: "O", đ: "d", Đ: "D", ł: "l", Ł: "L", ı: "i", þ: "th", Þ: "Th", ð: "d", Ð: "D" };
const LETTER = new RegExp(`[${Object.keys(LETTERS).join("")}]`, "gu");
/** A word of camel case, of another script, or a number. */
const WORD = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lt}\p{Lm}]+|\p{N}+/gu;

export function fold(text: string): Folded {
  const plain = text.slice(0, MOST_CHARACTERS).normalize("NFKD").replace(/\p{M}+/gu, "").replace(LETTER, (letter) => LETTERS[letter] ?? letter);
  const starts = new Uint8Array(plain.length);
  for (const { index } of plain.matchAll(WORD)) starts[index] = 1;
  return { text: plain.toLowerCase(), starts };
}

/** The words of a query; signs alone are one word. */
export function wordsOf(query: string): readonly string[] {
  const { text } = fold(query);
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "").slice(0, MOST_WORDS);
  return words.length > 0 || text.trim() === "" ? words : [text.trim()];
}

const WHOLE = 100;
const BEGINNING = 80;
const WORD_START = 60;
const PART = 35;
/** At most, if letters are left out. */
const LETTERS_ONLY = 20;
const ENDS_A_WORD = 8;

/** 0 if the word is not there; more the better it is met. */
export function score(word: string, { text, starts }: Folded): number {
  if (text === word) return WHOLE;
  let best = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    const whole = starts[at] === 1 && (end === text.length || starts[end] === 1 || !/[\p{L}\p{N}]/u.test(text[end] ?? "")) ? ENDS_A_WORD : 0;
    best = Math.max(best, (at === 0 ? BEGINNING : starts[at] === 1 ? WORD_START : PART) + whole);
    if (best >= WORD_START) break;
  }
  return best > 0 ? best : scattered(word, text, starts);
}

/** Shorter words find too much if letters may be left out. */
const LEAST_SCATTERED = 3;
/** How far its letters may lie apart, in lengths of the word. */
const SPREAD = 4;

/** The letters in their order, from the beginning of a word on. */
function scattered(word: string, text: string, starts: Uint8Array): number {
  if (word.length < LEAST_SCATTERED) return 0;
  const first = word[0] ?? "";
  let least = Infinity;
  for (let from = text.indexOf(first); from >= 0; from = text.indexOf(first, from + 1)) {
    if (starts[from] !== 1) continue;
    let at = from;
    for (let i = 1; i < word.length && at >= 0; i++) at = text.indexOf(word[i] ?? "", at + 1);
    if (at < 0) break;
    least = Math.min(least, at + 1 - from);
  }
  return least <= word.length * SPREAD ? (LETTERS_ONLY * word.length) / least : 0;
}

/** What is met in a field that is not the title counts for this much. */
const ASIDE = 0.6;
/** The whole query, as it was typed, in the title. */
const PHRASE = 25;

/** The best `most` entries, the best first, and how many there are. Without words all of them, in
 * their order.
 */
export function rank<E extends Ranked>(entries: readonly E[], query: string, most: number): { readonly found: readonly E[]; readonly total: number; readonly best: number } {
  const words = wordsOf(query);
  if (words.length === 0) return { found: entries.slice(0, most), total: entries.length, best: 0 };
  const phrase = fold(query).text.trim();
  const scored: { readonly entry: E; readonly worth: number; readonly length: number }[] = [];
  for (const entry of entries) {
    const worth = worthOf(entry, words, phrase);
    if (worth > 0) scored.push({ entry, worth, length: entry.fields[0]?.text.length ?? 0 });
  }
  scored.sort((a, b) => b.worth - a.worth || a.length - b.length);
  return { found: scored.slice(0, most).map(({ entry }) => entry), total: scored.length, best: scored[0]?.worth ?? 0 };
}

function worthOf({ fields }: Ranked, words: readonly string[], phrase: string): number {
  let sum = 0;
  for (const word of words) {
    let best = 0;
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i];
      if (field) best = Math.max(best, score(word, field) * (i === 0 ? 1 : ASIDE));
      if (best === WHOLE) break;
    }
    if (best === 0) return 0;
    sum += best;
  }
  return sum / words.length + (fields[0]?.text.includes(phrase) ? PHRASE : 0);
}
