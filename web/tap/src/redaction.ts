/** Redaction: allow-list, denials, and detection of personal names and values. */
import * as personal from "./personalWords.gen.ts";
import { isRecord, type PlainRecord, type Scalar } from "./read.ts";

// Globs by the server's vectors: `*` is any run of characters, `?` any one. Linear in the name: a
// star takes the shortest run after which the next piece fits.

export type NameMatcher = (name: string) => boolean;

/** Whether any of `patterns` fits the whole of a name; `anyCase` ignores upper and lower case. */
export function globs(patterns: readonly string[], anyCase = false): NameMatcher {
  const fold = (text: string): string[] => Array.from(anyCase ? text.toLowerCase().toUpperCase() : text);
  const folded = patterns.map(fold);
  return (name) => {
    const characters = fold(name);
    return folded.some((pattern) => matchesGlob(pattern, characters));
  };
}

export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

function matchesGlob(pattern: readonly string[], name: readonly string[]): boolean {
  let at = 0;
  /** Index after the last star, and the end of its run so far. */
  let [next, end] = [0, 0];
  for (let i = 0; i < name.length; ) {
    if (pattern[at] === "*") [next, end] = [(at += 1), i];
    else if (pattern[at] === "?" || pattern[at] === name[i]) [at, i] = [at + 1, i + 1];
    else if (next) [at, i] = [next, (end += 1)];
    else return false;
  }
  while (pattern[at] === "*") at += 1;
  return at === pattern.length;
}

// Shapes of personal values, found however they are written: the rules of
// `conformance/redaction.json`, as the server's `core/shapes.py` has them. A text is made plain
// before it is searched; of numbers only the digits are counted, not the characters between them.

/** Encodings inside one another that are undone. */
const ROUNDS = 5;
const ENCODED = /((?:%[\dA-Fa-f]{2})+)|&#[xX]([\dA-Fa-f]{1,6});?|&#(\d{1,7});?|\\u([\dA-Fa-f]{4})|\\x([\dA-Fa-f]{2})|&(amp|commat|period|plus|num|colon|sol|lowbar|hyphen|dash|minus|lpar|rpar|nbsp|ensp|emsp|thinsp|shy|zwnj|zwj);?/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", commat: "@", period: ".", plus: "+", num: "#", colon: ":", sol: "/", lowbar: "_", hyphen: "-", dash: "-", minus: "-", lpar: "(", rpar: ")", nbsp: " ", ensp: " ", emsp: " ", thinsp: " " };
/* oxlint-disable no-control-regex, no-misleading-character-class -- these patterns match them */
/** Controls, default-ignorable code points and combining marks. */
const UNSEEN = RegExp("[\\0-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\xad\\u0300-\\u036f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u20d0-\\u20ff\\u3164\\ufe00-\\ufe0f\\ufe20-\\ufe2f\\ufeff\\uffa0\\ufff0-\\ufffb\\u{e0000}-\\u{e0fff}]", "gu");
const ALIKE: readonly (readonly [RegExp, string])[] = [
  [/[\u02d7\u058a\u05be\u1806\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u301c\u3030]/g, "-"],
  [/[\xb7\u0589\u066b\u06d4\u2022\u2027\u2219\u22c5\u3002\u30fb]/g, "."],
  [/[\u02d6\u2795]/g, "+"],
  [/[\u2044\u2215\u29f8]/g, "/"],
  [RegExp("[\\t-\\r\\x1c-\\x1f\\x85\\xa0\\u1680\\u2028\\u2029]", "g"), " "],
];

/** Shorter than anything personal that has no digit or sign. */
const LETTERS = /^[A-Za-z][A-Za-z ,&_-]{0,14}$/;
/** What every shape has something of. */
const SUSPECT = RegExp("[\\d@%&\\\\()[{<=\\0-\\x1f\\x7f-\\uffff]|-----| [aA][tT] |earer |asic |EARER |ASIC |A(?:KIA|SIA|BIA|CCA|Iza)|SG\\.|[-_](?:ant|proj|live|test)[-_]|glpat-|xox|gh[opsru]_|ssh-");
/* oxlint-enable no-control-regex, no-misleading-character-class */
const UUID = "[\\dA-Fa-f]{8}-(?:[\\dA-Fa-f]{4}-){3}[\\dA-Fa-f]{12}";
const ID = RegExp(`^(?:${UUID}|\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d{1,9})?)?Z?)?)$`);
const AT = / ?[[({<] ?at ?[\])}>] ?/gi;
const POINT = / ?[[({<] ?(?:dot|period|point|punkt) ?[\])}>] ?/gi;

// E-mail, within a network, spelt out; numbers that are named; IPv4, IPv6, MAC; secrets; browsers.
// A host's name may hold any sign that is not ASCII.
const SHAPES = [
  /[^ @] ?@ ?(?:[-\dA-Za-z\x80-\uffff]{1,63}\.){1,8}[A-Za-z\x80-\uffff]|[A-Za-z\x80-\uffff][\w.+-]{0,63}@(?!(?:latest|next|canary|alpha|beta|stable)(?![-\dA-Za-z\x80-\uffff]))[A-Za-z\x80-\uffff][-\dA-Za-z\x80-\uffff]/,
  /[^ ] at [-\da-z\x80-\uffff]{1,63}(?: dot [-\da-z\x80-\uffff]{2,63})+|(?:tel|sms|callto):[+\d]|(?:ssn|social security)[^\da-z]{0,3}(?:no|number|nr)?[^\da-z]{0,3}\d{9}(?!\d)|(?:password|passwd|pwd|passphrase|secret|token|api_?key|access_?key|authorization)=[^ &]{4,}/i,
  /^ ?\d{3} \d\d \d\d ?$/,
  /(?<![\d.])(?<![vV])(?<![vV]ersion )(?:(?:25[0-5]|2[0-4]\d|[01]?\d{1,2})\.){3}(?:25[0-5]|2[0-4]\d|[01]?\d{1,2})(?!\d|\.\d)|(?<![\dA-Za-z:])(?:(?:[\dA-Fa-f]{1,4}:){7}[\dA-Fa-f]{1,4}|(?:[\dA-Fa-f]{1,4}:){1,6}(?::[\dA-Fa-f]{1,4}){1,6}|(?:[\dA-Fa-f]{1,4}:){2,7}:)(?![\dA-Za-z:])|(?<![\dA-Za-z:-])(?:[\dA-Fa-f]{2}[:-]){5}[\dA-Fa-f]{2}(?![\dA-Za-z:-])|(?<![\dA-Za-z.])(?:[\dA-Fa-f]{4}\.){2}[\dA-Fa-f]{4}(?![\dA-Za-z]|\.[\dA-Za-z])/,
  /(?<![A-Za-z\d])(?:eyJ[\w-]{8,}\.[\w-]{8,}|(?:[spr]k_(?:live|test)|whsec|dop_v1|dckr_pat|github_pat|npm|hf|shp(?:at|ca|pa|ss))_\w{8,}|dnr_[\da-f]{6,}|(?:sk-(?:ant|proj|or|svcacct)-|glpat-|glptt-|gl(?:dt|rt|soat)-|xox[abeprs]-|xapp-|pypi-|sq0[a-z]{3}-)[\w-]{8,}|sk-[A-Za-z\d]{20,}|gh[opsru]_[A-Za-z\d]{12,}|A(?:KIA|SIA|BIA|CCA)[A-Z\d]{12,}|AIza[\w-]{20,}|ya29\.[\w-]{8,}|SG\.[\w-]{8,}\.[\w-]{8,}|AGE-SECRET-KEY-1|(?:[Bb]earer|[Bb]asic|BEARER|BASIC) [\w.~+/=-]{12,}|(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{32,})|^(?=[^A-Z]*[A-Z])(?=[^a-z]*[a-z])(?=\D*\d)[\w=-]{40,}$|-----BEGIN [A-Z\d ]{1,40}-----|(?<![a-z])ssh-(?:rsa|dss|ed25519) AAAA/,
  /(?:Mozilla|AppleWebKit|Dalvik)\/\d/,
];
const IBAN = /(?<![A-Za-z\d])[A-Za-z]{2}\d\d(?:[ .-]?[A-Za-z\d]){11,40}(?![A-Za-z\d])/g;
/** Base64 of ASCII: the first sign of every four is one of a third of the alphabet. */
const PACKED = /(?<![\w+/-])(?:[I-Za-f][A-Za-z\d+/_-]{3}){3,}[A-Za-z\d+/_-]{0,3}(?![\w+/-])/g;
const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const RUN = /\d(?:[ ().,_/|~*-]{0,3}\d){8,}/g;
const SHORT_RUN = /\d(?:[ ().,_/|~*-]{0,3}\d){7,}/g;
/** Ids, dates and times, which would lend their digits to what stands beside. */
const NO_NUMBER = RegExp(`${UUID}|(?<![\\d./-])(?:(?:19|20)\\d\\d([-/.])[01]?\\d\\1[0-3]?\\d|[0-3]?\\d([-/.])[0-3]?\\d\\2(?:19|20)\\d\\d)(?!\\d|[-/.]\\d)|(?<![\\d:])[0-2]?\\d:[0-5]\\d(?::[0-5]\\d(?:[.,]\\d+)?)?(?![\\d:])`, "g");
const PLUS = /(?<![\w+])\+[ (/.-]{0,2}$/;
/** A telephone number without any separator: North America, Russia, China. */
const BARE = /^(?:1?[2-9](?!11)[0-8]\d[2-9](?!11)\d{6}|[78]9\d{9}|1[3-9]\d{9})$/;
/** How long a card's number is, by how it begins. */
const ISSUER = /^(?:4\d{12}|3[0689]\d{12}|3[47]\d{13}|(?:2131|1800)\d{11}|(?:2[2-7]|35|[4-6]\d)\d{14}|[4-6]\d{16,18})$/;
/** Digits of a telephone's number after a plus sign, and of a card. */
const LEAST = 8;
const MOST = 19;
/** Groups of digits examined in one text; a text with more is redacted. */
const CROWD = 60;
/** Characters that are searched; a text with more, once compatibility forms are written out, is not
 * handed on.
 */
export const LONGEST = 1024;

/** Whether `text` holds something that looks personal. */
export function personalText(text: string): boolean {
  if (LETTERS.test(text) || !SUSPECT.test(text) || ID.test(text)) return false;
  const read = plain(text).replace(AT, "@").replace(POINT, ".");
  return read.length > LONGEST || shaped(read) || (read.match(PACKED) ?? []).some((token) => shaped(unpacked(token)));
}

/** `text` decoded, with every sign in its ASCII form if it has one, as a person reads it; if that
 * grows beyond `LONGEST` it comes back unfinished.
 */
export function plain(text: string): string {
  for (let round = 0; round < ROUNDS; round++) {
    const seen = text.normalize("NFKC").replace(UNSEEN, "");
    if (seen.length > LONGEST) return seen;
    const made = ALIKE.reduce((some, [signs, sign]) => some.replace(signs, sign), seen).replace(/(?!\d)\p{Nd}/gu, ascii).replace(ENCODED, decoded);
    if (made === text) break;
    text = made;
  }
  return text;
}

/** Whether `digits` are the number of a payment card: an issuer's beginning, its length and the
 * check digit.
 */
export function card(digits: string): boolean {
  return ISSUER.test(digits) && Array.from(digits).reverse().reduce((sum, digit, place) => sum + Number(place % 2 ? "0246813579"[Number(digit)] : digit), 0) % 10 === 0;
}

function decoded(all: string, percent?: string, hex?: string, decimal?: string, escape?: string, byte?: string, name?: string): string {
  if (percent) {
    try {
      return decodeURIComponent(percent);
    } catch {
      return percent.replace(/%(..)/g, (_all, two: string) => String.fromCharCode(parseInt(two, 16)));
    }
  }
  if (name) return ENTITIES[name] ?? "";
  const code = decimal ? Number(decimal) : parseInt(hex ?? escape ?? byte ?? "", 16);
  return code < 0x110000 ? String.fromCodePoint(code) : all;
}

/** A digit of any script: those of one stand together, and begin where a code point ends in 0 or 6.
 */
function ascii(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  return String((code & 15) - (/\p{Nd}/u.test(String.fromCodePoint(code & ~15)) ? 0 : 6));
}

function shaped(text: string): boolean {
  return SHAPES.some((shape) => shape.test(text)) || (text.match(IBAN) ?? []).some(iban) || numbered(text);
}

/** The printable ASCII text that a base64 token holds, else "". */
function unpacked(token: string): string {
  let text = "", held = 0, bits = 0;
  if (token.length % 4 === 1) return "";
  for (const sign of token) {
    held = ((held << 6) | SIGNS.indexOf(sign === "-" ? "+" : sign === "_" ? "/" : sign)) & 0xfff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    const code = (held >> bits) & 255;
    if (code < 32 || code > 126) return "";
    text += String.fromCharCode(code);
  }
  return text;
}

/** Whether `text` is an account number, or begins with one that ends at a separator: ISO 13616's
 * check of 97.
 */
function iban(text: string): boolean {
  let number = "";
  return text.split(/[ .-]/).some((part) => {
    number += part;
    return number.length >= 15 && number.length <= 34 && number.replace(/\D/g, "").length >= 8 && Array.from(number.slice(4) + number.slice(0, 4)).reduce((rest, sign) => (rest * (sign > "9" ? 100 : 10) + parseInt(sign, 36)) % 97, 0) === 1;
  });
}

/** Whether a card's or a telephone's number is in `text`: groups of digits, with signs between
 * them.
 */
function numbered(text: string): boolean {
  const bare = text.replace(NO_NUMBER, "x");
  const runs = [...bare.matchAll(text.includes("+") ? SHORT_RUN : RUN)].map((run) => [...run[0].matchAll(/\d+/g)].map((group) => ({ start: run.index + group.index, digits: group[0] })));
  return runs.flat().length > CROWD || runs.some((groups) => inRun(bare, groups));
}

function inRun(text: string, groups: readonly { readonly start: number; readonly digits: string }[]): boolean {
  return groups.some(({ start, digits: [head = ""] }, first) => {
    const before = text.slice(Math.max(start - 2, 0), start);
    const plus = PLUS.test(text.slice(Math.max(start - 4, 0), start));
    let called = plus || begins(before, head), carded = !/[.,]$/.test(before);
    const gaps: string[] = [], lengths: number[] = [];
    let digits = "", end = start;
    for (const group of groups.slice(first)) {
      if (digits) {
        const gap = text.slice(end, group.start);
        gaps.push(gap);
        called &&= /^[ ()./-]*$/.test(gap);
        carded &&= gap === gaps[0];
      }
      if (!called && !carded) return false;
      digits += group.digits;
      end = group.start + group.digits.length;
      lengths.push(group.digits.length);
      if (digits.length > MOST) return false;
      if (digits.length < LEAST) continue;
      // Every digit by itself.
      const single = Math.max(...lengths) === 1;
      if (carded && (single || lengths.every((length, place) => length > 2 || place === lengths.length - 1)) && card(digits)) return true;
      if (called && ends(text.slice(end, end + 3)) && telephone(digits, single ? [digits.length] : lengths, single ? [] : gaps, plus)) return true;
    }
    return false;
  });
}

/** Whether a telephone's number may begin after a sign; one that has no trunk digit does not follow
 * a slash or `=`.
 */
function begins(before: string, digits: string): boolean {
  return !/[\p{L}\p{N}_.,#$€£¥-]$/u.test(before) && (!/[/=]$/.test(before) || digits.startsWith("0"));
}

function ends(after: string): boolean {
  return !/^(?:[\p{L}\p{N}_%€$]|[.,/-][\p{L}\p{N}])/u.test(after);
}

/** Whether groups of digits make a telephone's number or, three, two and four, a US social security
 * number.
 */
function telephone(digits: string, lengths: readonly number[], gaps: readonly string[], plus: boolean): boolean {
  const count = digits.length, alone = gaps.length === 0, between = gaps.join(""), form = lengths.join("-"), last = lengths.at(-1) ?? 0;
  if (plus) return count >= 8 && count <= 15;
  if (digits.startsWith("00")) return digits[2] !== "0" && count >= (alone ? 12 : 10) && count <= 17;
  if (digits.startsWith("0")) return count >= (alone ? 10 : 9) && count <= 12 && last > 1 && (lengths[0] !== 1 || gaps[0]?.includes("(") === true);
  if (alone) return BARE.test(digits);
  if (form === "5-4") return between === "-" || between === " ";
  if (form === "3-3-4" || form === "3-2-4" || (form === "1-3-3-4" && /^[178]/.test(digits))) return /^[ ().-]*$/.test(between);
  if (/^\.*$/.test(between) || Math.max(...lengths) > 5 || Math.max(...lengths) < 3 || Math.min(...lengths.slice(1)) < 2) return false;
  if ((last === 2 && lengths.at(-2) !== 2) || (lengths[0] === 4 && /^(?:19|20)/.test(digits))) return false;
  if (count === 9) return lengths[0] === 3 && /^[6-9]/.test(digits);
  return (count === 10 || count === 11) && lengths.slice(1).some((length) => length !== 3);
}

// Personal names and values: the rules of `conformance/redaction.json`, as on the server.

const WORDS = words(personal.WORDS);
const PAIRS = words(personal.PAIRS);
const STEMS = words(personal.STEMS);
const NAMED = words(personal.NAMED);

// In JavaScript \d and \w know ASCII alone, as the rules want it.
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g;
/** Whether a dotted property path has a personal name (`user.e-mail`, `billingAddress`, `ip`). */
export function personalName(path: string): boolean {
  const read = plain(path);
  if (read.length > LONGEST) return true;
  const found = (read.match(WORD) ?? []).map((word) => singular(word.toLowerCase()));
  const whole = found.join("");
  return (
    found.some((word, place) => {
      const before = found[place - 1];
      return WORDS.has(word) || PAIRS.has(word) || PAIRS.has(`${before}${word}`) || (word === "name" && (!before || NAMED.has(before)));
    }) || [...STEMS].some((stem) => whole.includes(stem))
  );
}

/** Whether a text or a number looks personal. */
export function personalValue(value: string | number): boolean {
  return typeof value === "string" ? personalText(value) : Number.isInteger(value) && card(String(value));
}

function singular(word: string): string {
  return /(?:ss|is|us)$/.test(word) ? word : word.replace(/ies$/, "y").replace(/sses$/, "ss").replace(/([^s])s$/, "$1");
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}

// Allow-list and denials, which always win; and bounds, as on the server.

export const REDACTED = "[redacted]";
/** Characters of a path, and of a text that are kept. */
const MAX_PATH = 256;
const MAX_TEXT = 256;
/** Characters scanned for a personal shape, so that none is cut in half by the bound. */
const MAX_SCANNED = 4 * MAX_TEXT;
const MAX_PROPERTIES = 100;
/** Paths whose verdict is remembered. */
const MAX_VERDICTS = 1_000;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;

export type Redacted = Record<string, Scalar | readonly Scalar[]>;
export type Redact = (properties: PlainRecord) => Redacted;

/** One policy's rules as a function: `allow` and `deny` are globs over paths (`*` any run of
 * characters, `?` one; denial ignores case).
 */
export function redaction({ allow, deny, needed }: { readonly allow: readonly string[]; readonly deny: readonly string[]; readonly needed: readonly string[] }): Redact {
  const denying = globs(deny, true);
  const allowing = globs(allow.filter(isGlob));
  const denied = (path: string): boolean => denying(path) || personalName(path);
  const plain = new Set([...allow.filter((one) => !isGlob(one)), ...needed].filter((path) => !denied(path)));
  const verdicts = new Map<string, boolean>();
  const permits = (path: string): boolean => {
    let verdict = verdicts.get(path);
    if (verdict === undefined) {
      verdict = plain.has(path) || (path.length <= MAX_PATH && allowing(path) && !denied(path) && !personalValue(path));
      if (verdicts.size > MAX_VERDICTS) verdicts.clear();
      verdicts.set(path, verdict);
    }
    return verdict;
  };
  return (properties) => {
    const redacted: Redacted = {};
    collect(properties, "", permits, redacted);
    return redacted;
  };
}

/** A text as it may be kept: a URL without query, nothing that looks personal, at most `TEXT`
 * characters.
 */
export function cleanText(text: string): string {
  let seen = text.slice(0, MAX_SCANNED);
  if (/[?/]/.test(seen)) seen = reduced(seen);
  if (personalValue(seen) || (text && !seen)) return REDACTED;
  if (seen.length <= MAX_TEXT) return seen;
  const characters = Array.from(seen);
  return characters.length <= MAX_TEXT ? seen : `${characters.slice(0, MAX_TEXT - 1).join("")}…`;
}

/** What names an event, as it may be handed on; a name and a category that are personal beside each
 * other are both redacted.
 */
export function cleanNames(...given: readonly [event: string | null, name: string | null, category: string | null]): [string | null, string | null, string | null] {
  const [event, name, category] = given.map((text) => text && cleanText(text)) as [string | null, string | null, string | null];
  return name && category && personalValue(`${category} ${name}`) ? [event, REDACTED, REDACTED] : [event, name, category];
}

/** How deep records are nested, and how long lists are, was bounded when they were read. */
function collect(properties: PlainRecord, prefix: string, permits: (path: string) => boolean, redacted: Redacted): void {
  for (const [key, value] of Object.entries(properties)) {
    const path = prefix + key;
    if (isRecord(value)) collect(value, `${path}.`, permits, redacted);
    else if (!Object.hasOwn(redacted, path) && permits(path) && Object.keys(redacted).length < MAX_PROPERTIES) redacted[path] = value instanceof Array ? value.map(scalar) : scalar(value);
  }
}

function scalar(value: Scalar): Scalar {
  if (typeof value === "string") return cleanText(value);
  return typeof value === "number" && personalValue(value) ? REDACTED : value;
}

/** A URL without its query, fragment, user and password; any other text as it is. */
function reduced(text: string): string {
  if (!SCHEME.test(text) && (/[ \t\r\n]/.test(text) || !(text[0] === "/" || text[0] === "?" || text.slice(text.indexOf("?") + 1 || text.length).includes("=")))) return text;
  return (/^[^?#]*/.exec(text)?.[0] ?? "").replace(/\/\/[^/@]*@/, "//");
}
