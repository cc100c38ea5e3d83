/** A name that is cut in its middle if there is no room for it: its beginning and its end are seen,
 * so that numbered names differ.
 */
import "../styles/middle-cut.css";

interface MiddleCutProps {
  readonly className?: string;
  readonly children: string;
}

/** The whole name is the element's text, and its title. */
export function MiddleCut({ className = "", children }: MiddleCutProps) {
  const { head, tail, width } = cutParts(children);
  return (
    <span className={`mono cut-middle ${className}`} title={children} dir="auto">
      <span style={tail === "" ? undefined : { maxWidth: `calc(100% - ${width}ch + 1px)` }}>{head}</span>
      {tail !== "" && <span style={{ width: `${width}ch` }}>{tail}</span>}
    </span>
  );
}

/** A name's beginning, which may be cut, its end, and how wide the end is, in digits. */
export interface CutParts {
  readonly head: string;
  readonly tail: string;
  readonly width: number;
}

/** Signs at the end of a name that stay in sight. */
const TAIL = 10;
/** A name up to twice as long has no middle. */
const SHORT = 2 * TAIL;
/** A cut between two of these would show them unjoined. */
const JOINED = /^[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{M}]+$/u;
/** Breaks a line, which a name on one line must not. */
const BREAKS = /[\t-\r\u0085\u2028\u2029]/g;

const signs = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Where a name would be cut: never within a sign, nor within a word whose letters are joined. */
export function cutParts(name: string): CutParts {
  const line = name.replace(BREAKS, " ");
  if (line.length <= SHORT) return { head: line, tail: "", width: 0 };
  const all = [...signs.segment(line)].map(({ segment }) => segment);
  let from = all.length - TAIL;
  while (from > 0 && from < all.length && JOINED.test(all[from] ?? "") && JOINED.test(all[from - 1] ?? "")) from += 1;
  if (from <= TAIL || from >= all.length) return { head: line, tail: "", width: 0 };
  const tail = all.slice(from);
  return { head: all.slice(0, from).join(""), tail: tail.join(""), width: tail.reduce((sum, sign) => sum + digits(sign), 0) };
}

/** How many digits wide a sign is at most: those of other scripts come from other fonts. */
function digits(sign: string): number {
  const code = sign.codePointAt(0) ?? 0;
  return code < 0x900 ? 1 : code < 0x1100 ? 1.5 : 2;
}
