/** Cuts a filter text into its terms at spaces outside of quotes, and puts them together again. */

export function terms(text: string): string[] {
  const out: string[] = [];
  let term = "";
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (letter === "\\" && quoted) {
      term += letter + text.charAt(at + 1);
      at += 1;
    } else if (letter === '"') {
      quoted = !quoted;
      term += letter;
    } else if (letter === " " && !quoted) {
      if (term) out.push(term);
      term = "";
    } else term += letter;
  }
  if (term) out.push(term);
  return out;
}

export function joined(parts: readonly string[]): string {
  return parts.join(" ");
}
