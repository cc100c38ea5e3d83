/** The writing of filters: words, keys, operators, quotes and commas, without what they mean (rules FIL-1, FIL-2, FIL-8). */
import { type Problem, isProblem, problem } from "./problem.ts";

export type Operator = ":" | "~" | "<" | ">" | "<=" | ">=" | "?";
const MOST_TERMS = 20;
const MOST_CHARACTERS = 500;
const PIECE = /"((?:[^"\\]|\\.)*)"|([<>]=|[:~<>?])|(,)|([^ \t\r\n"<>:~?,]+)|(")/gsu;
const PLAIN = /^[^ \t\r\n"<>:~?,\\-][^ \t\r\n"<>:~?,\\]*$/u;
/** The same four in both languages; their own ideas of white space differ. */
const SPACE = " \t\r\n";

/** One term as it was written: `key` is null for a bare word; `number` counts from 1. */
export interface Written {
  readonly number: number;
  readonly text: string;
  readonly negated: boolean;
  readonly key: string | null;
  readonly operator: Operator;
  readonly values: readonly string[];
}

interface Piece {
  readonly kind: "text" | "operator" | "comma" | "broken";
  readonly part: string;
  readonly end: number;
}

/** Splits a filter into its terms, or says which cannot be read and why. */
export function readTerms(text: string): Written[] | Problem {
  const length = Array.from(text).length;
  if (length > MOST_CHARACTERS) return refusal(`it has ${length} characters, and ${MOST_CHARACTERS} are the most`);
  const written: Written[] = [];
  for (let at = 0; at < text.length; ) {
    if (SPACE.includes(text.charAt(at))) { at += 1; continue; }
    const end = endOf(text, at);
    const term = readTerm(written.length + 1, text.slice(at, end));
    if (isProblem(term)) return term;
    written.push(term);
    at = end;
  }
  if (written.length > MOST_TERMS) return refusal(`it has ${written.length} terms, and ${MOST_TERMS} are the most`);
  return written;
}

/** `text` as a value: plain where that reads back, else in double quotes. */
export function quote(text: string): string {
  return PLAIN.test(text) ? text : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** `number` is the term's, from 1; 0 speaks of the whole filter. */
export function refusal(why: string, number = 0, text = ""): Problem {
  return problem("invalid", "The filter cannot be read", number ? `Term ${number}, \`${text}\`: ${why}` : `The filter: ${why}`);
}

/** Where the term that begins at `at` ends: at white space outside quotes. */
function endOf(text: string, from: number): number {
  let at = from;
  while (at < text.length && !SPACE.includes(text.charAt(at))) {
    const piece = pieceAt(text, at);
    if (piece?.kind === "broken") return text.length;
    at = piece?.end ?? at + 1;
  }
  return at;
}

function pieceAt(text: string, at: number): Piece | null {
  const pattern = new RegExp(PIECE.source, "syu");
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? null : piece(found);
}

function piece(found: RegExpExecArray): Piece {
  const end = found.index + found[0].length;
  if (found[5] !== undefined) return { kind: "broken", part: "", end };
  if (found[3] !== undefined) return { kind: "comma", part: "", end };
  if (found[2] !== undefined) return { kind: "operator", part: found[2], end };
  return { kind: "text", part: found[4] ?? (found[1] ?? "").replace(/\\(.)/gsu, "$1"), end };
}

function readTerm(number: number, text: string): Written | Problem {
  const negated = text.startsWith("-");
  const pieces = [...(negated ? text.slice(1) : text).matchAll(PIECE)].map(piece);
  if (pieces.length === 0) return refusal("there is nothing after the minus sign", number, text);
  if (pieces.some((one) => one.kind === "broken")) return refusal("a double quote is not closed", number, text);
  const at = pieces.findIndex((one) => one.kind === "operator");
  const sign = pieces[at];
  if (sign === undefined) return finish(number, text, negated, null, ":", pieces);
  if (pieces.slice(0, at).some((one) => one.kind === "comma")) return refusal("a comma stands before the key ends", number, text);
  const key = pieces.slice(0, at).map((one) => one.part).join("");
  if (key === "") return refusal("the key before the sign is missing", number, text);
  const rest = pieces.slice(at + 1);
  const operator = sign.part as Operator;
  if (operator !== "?") return finish(number, text, negated, key, operator, rest);
  if (rest.length > 0) return refusal("nothing may follow the question mark", number, text);
  return { number, text, negated, key, operator, values: [] };
}

/** Values between commas; adjoining pieces are one value, so that `10:30` and `a"b c` read as they look. */
function finish(number: number, text: string, negated: boolean, key: string | null, operator: Operator, pieces: readonly Piece[]): Written | Problem {
  const values: (string | null)[] = [null];
  for (const one of pieces)
    if (one.kind === "comma") values.push(null);
    else values[values.length - 1] = (values.at(-1) ?? "") + one.part;
  const found = values.filter((value): value is string => value !== null);
  if (found.length < values.length) return refusal("a value is missing", number, text);
  return { number, text, negated, key, operator, values: found };
}
