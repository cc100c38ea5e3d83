/** How a card's words fit: type is never smaller than 11 px on screen, and names are not cut. */

/** What a card has room for: all, its name and rate, its name, or nothing legible. */
export type Room = "all" | "rate" | "name" | "none";

/** `title` is the size of its name in canvas units; `lines` are those that its event may take;
 * `split` if words of its name are to be broken that would elsewhere stay whole.
 */
export interface Fit {
  readonly room: Room;
  readonly title: number;
  readonly lines: number;
  readonly split: boolean;
}

/** No text is smaller than this on screen, in CSS pixels. */
export const LEAST_TEXT = 11;
/** Sizes at 100 %, in canvas units: of names, and of the other lines. */
const TITLE = 13;
const LINE = 11;
const TITLE_LINE = 1.2;
const EVENT_LINE = 1.4;
const FOOT_LINE = 1.5;
/** From this scale on icon and age leave their room to the words. */
export const SMALL_FROM = 1.2;
/** Room beside and above the words: as the card's style has it. */
const SIDE = 10;
const ENDS = 13;
const ICON = 23;

/** Type in canvas units grows by this as the picture gets smaller. */
export function typeScale(zoom: number): number {
  // In steps, so that a zoom that goes on does not lay all cards out again at every frame.
  return zoom >= 1 ? 1 : 1.04 ** Math.ceil(Math.log(1 / zoom) / Math.log(1.04) - 1e-9);
}

/** What fits on a card of this size; `event` says whether it has a line for one. */
export function fitOf(title: string, width: number, height: number, scale: number, event: boolean): Fit {
  const least = LEAST_TEXT * scale;
  const foot = LINE * scale * FOOT_LINE;
  const line = LINE * scale * EVENT_LINE;
  const room = height - ENDS;
  const icon = scale < SMALL_FROM ? ICON : 0;
  // Far away not even one line fits: nothing has to be measured.
  if (least * TITLE_LINE > room + ENDS / 2) return { room: "none", title: least, lines: 1, split: false };
  for (const size of TITLE > least ? [TITLE, least] : [least]) {
    const across = (width - SIDE * 2 - icon) / size;
    const split = isCut(title, across, false);
    if (split && (size > least || isCut(title, across, true))) continue;
    const left = Math.floor((room - linesOf(title, across, split) * size * TITLE_LINE - foot) / line + 1e-6);
    if (left >= (event ? 1 : 0)) return { room: "all", title: size, lines: Math.max(1, left), split };
  }
  const across = (width - SIDE * 2 - icon) / least;
  const split = isCut(title, across, false);
  const name = linesOf(title, across, split) * least * TITLE_LINE;
  // From far away part of a word says nothing; close by any part of it is read.
  if (scale >= SMALL_FROM && split && isCut(title, across, true)) return { room: "none", title: least, lines: 1, split: false };
  if (name + foot <= room) return { room: "rate", title: least, lines: 1, split };
  return { room: name <= room + ENDS / 2 ? "name" : "none", title: least, lines: 1, split };
}

/** Scripts in which a line may end after any letter, or nearly. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Whether a line of this width, in em, is too short for a part of a word that stays whole. */
function isCut(text: string, width: number, split: boolean): boolean {
  return piecesOf(text, split).some(({ text: piece, hyphen }) => /^\p{L}/u.test(piece) && !UNSPACED.test(piece) && widthOf(piece.trimEnd()) + (hyphen ? HYPHEN : 0) > width);
}

/** Letters of "not seen yet", the longest that is said of a node without a rate, and the width of
 * one as the style sets them closer.
 */
const WORDS = 12;
const CLOSE = 0.56;

/** Whether a card is too narrow to say more than a rate. */
export function isNarrow(width: number, scale: number): boolean {
  return WORDS * LINE * scale * CLOSE > width - SIDE * 2;
}

/** Whether an event's name of so many lines at most can be read whole. */
export function eventFits(event: string, width: number, scale: number, lines: number): boolean {
  const most = Math.floor((width - SIDE * 2) / (LINE * scale * MONO));
  let [taken, used] = [1, 0];
  for (const { text } of piecesOf(event)) {
    if (used > 0 && used + text.trimEnd().length > most) [taken, used] = [taken + 1, 0];
    const more = Math.max(0, Math.ceil(text.trimEnd().length / most) - 1);
    taken += more;
    used += text.length - more * most;
  }
  return taken <= lines;
}

/** Words that are longer than this are broken where they may be, with a hyphen. */
const LONG_WORD = 12;
const VOWELS = "aeiouyäöüáéíóúàèìòùâêîôûåæøœ";

/** A part of a name after which a line may end; with `hyphen` it then shows a hyphen. */
interface Piece {
  readonly text: string;
  readonly hyphen: boolean;
}

/** The pieces of names that were asked for: shapes of cards are weighed by the same names. */
const pieces = { whole: new Map<string, readonly Piece[]>(), split: new Map<string, readonly Piece[]>() };
const MOST_NAMES = 5000;

/** A name in pieces between which a line may end. `split` breaks shorter words too. */
export function piecesOf(text: string, split = false): readonly Piece[] {
  const kept = split ? pieces.split : pieces.whole;
  const known = kept.get(text);
  if (known) return known;
  const cut = cutIn(text, split);
  if (kept.size >= MOST_NAMES) kept.clear();
  kept.set(text, cut);
  return cut;
}

function cutIn(text: string, split: boolean): readonly Piece[] {
  return text.split(/(?<=[ \t\n\-_./:])|(?<=[a-z\d])(?=[A-Z])/u).filter((piece) => piece !== "").flatMap((word) => {
    const parts = split ? syllables(word, 3) : word.length > LONG_WORD ? syllables(word, 4) : [word];
    return parts.map((part, i) => ({ text: part, hyphen: i < parts.length - 1 }));
  });
}

/** A name with soft hyphens where `split` breaks words, and nowhere else. */
export function withSoftHyphens(text: string, split: boolean): string {
  const plain = text.replaceAll("\u00ad", "");
  return split ? piecesOf(plain, true).map(({ text: piece, hyphen }) => (hyphen ? `${piece}\u00ad` : piece)).join("") : plain;
}

/** Parts of a word of Latin letters, broken before a consonant that a vowel follows; each of
 * `least` letters, but that the last may have one less.
 */
function syllables(word: string, least: number): string[] {
  if (!/^\p{Script=Latin}+[\s\-_./:]?$/u.test(word)) return [word];
  const parts: string[] = [];
  let from = 0;
  for (let at = least; at < word.trimEnd().length - (least - 1); at++) {
    const [here, next] = [word[at]?.toLowerCase() ?? "", word[at + 1]?.toLowerCase() ?? ""];
    if (at - from < least || VOWELS.includes(here) || !VOWELS.includes(next) || !/\p{L}/u.test(word[at - 1] ?? "")) continue;
    // German and English keep these together.
    if (least < 4 && /ck$/i.test(word.slice(from, at + 1))) {
      parts.push(word.slice(from, at + 1));
      from = at + 1;
      continue;
    }
    const start = /(sch|ch|sh|th|ph|ck)$/.test(word.slice(from, at + 1).toLowerCase()) ? at - (/sch$/i.test(word.slice(from, at + 1)) ? 2 : 1) : at;
    if (start - from < least - 1) continue;
    parts.push(word.slice(from, start));
    from = start;
  }
  return [...parts, word.slice(from)];
}

/** Lines that a name takes in a width given in its own size (em). */
export function linesOf(text: string, width: number, split = false): number {
  let [lines, used] = [1, 0];
  for (const { text: piece, hyphen } of piecesOf(text, split)) {
    const own = widthOf(piece.trimEnd()) + (hyphen ? HYPHEN : 0);
    if (used + own > width && used > 0) [lines, used] = [lines + 1, 0];
    // A piece that is wider than a line is broken anywhere.
    if (own > width) {
      const more = Math.ceil(own / Math.max(1, width - HYPHEN)) - 1;
      lines += more;
      used = own - more * width;
    } else {
      used += widthOf(piece);
    }
  }
  return lines;
}

const HYPHEN = 0.4;
/** The width of a letter of the events' font. */
const MONO = 0.6;
/** Of a letter if nothing can be measured. */
const ABOUT = 0.56;
const widths = new Map<string, number>();
const MOST_WIDTHS = 20_000;
let brush: OffscreenCanvasRenderingContext2D | null | undefined;

/** The width of a text in em of the names' font. */
function widthOf(text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  const measured = measuring()?.measureText(text).width;
  const width = measured === undefined || measured === 0 ? Array.from(text).length * ABOUT : measured / 100;
  if (widths.size >= MOST_WIDTHS) widths.clear();
  widths.set(text, width);
  return width;
}

function measuring(): OffscreenCanvasRenderingContext2D | null {
  if (brush !== undefined) return brush;
  brush = typeof OffscreenCanvas === "function" ? new OffscreenCanvas(1, 1).getContext("2d") : null;
  if (brush) brush.font = `600 100px ${getComputedStyle(document.querySelector(".dr-picture") ?? document.body).fontFamily}`;
  return brush;
}

/** Widths that were measured before the fonts came are forgotten. */
export function forgetWidths(): void {
  widths.clear();
  brush = undefined;
}
