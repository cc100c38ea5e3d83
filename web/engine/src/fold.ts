/** Text without regard to case, as Python's `casefold` sees it, as far as JavaScript's tables reach. */

/** The dotless i is its own fold; everything else folds by way of its capital, so that `ß` equals `ss` and every sigma is one. */
export function fold(text: string): string {
  if (!/[^\x20-\x7e]/.test(text)) return text.toLowerCase();
  return text.split("ı").map((part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll("ς", "σ")).join("ı");
}
