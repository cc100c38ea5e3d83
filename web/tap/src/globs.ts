/** Globs over names, by the server's vectors: `*` stands for any run of characters, `?` for any one. Linear in the name: a star takes the shortest run after which the next piece fits. */

export type Fits = (name: string) => boolean;

/** Whether any of `patterns` fits the whole of a name; with `anyCase`, whatever their case. */
export function globs(patterns: readonly string[], anyCase = false): Fits {
  const fold = (text: string): string[] => Array.from(anyCase ? text.toLowerCase().toUpperCase() : text);
  const folded = patterns.map(fold);
  return (name) => {
    const characters = fold(name);
    return folded.some((pattern) => fits(pattern, characters));
  };
}

export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

function fits(pattern: readonly string[], name: readonly string[]): boolean {
  let at = 0;
  /** The place after the last star, and where its run ends so far. */
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
