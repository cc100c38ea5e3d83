/** Which names one Segment message may be known by, and the one that is shown (rules MAT-1 and MAT-2). */

const WORDS: Readonly<Record<string, string>> = { page: "Page", screen: "Screen" };

/** Messages that say who somebody is: they have no name that a node could listen for, and are counted apart. */
export const WHO: ReadonlySet<string> = new Set(["identify", "group", "alias", "delete"]);

/** What a `track` without an event is shown as, so that it is not taken for one that is called “track”. */
export const NAMELESS = "(track without a name)";

type Text = string | null | undefined;

/** The names that matching tries, in order, without repeats: a `track` is its event, a `page` or `screen` its name, category with name, and
 * what Segment's libraries derive from them. Other types have none. */
export function candidateNames(type: string, event: Text, name: Text, category: Text): readonly string[] {
  if (type === "track") return event ? [event] : [];
  const word = WORDS[type];
  if (word === undefined) return [];
  const full = joined(name, category);
  const tries: Text[] = [name, full];
  for (const part of [full, name, category]) if (part) tries.push(`Viewed ${part} ${word}`, `Viewed ${part}`);
  tries.push(`Loaded a ${word}`);
  return [...new Set(tries.filter((text): text is string => Boolean(text)))];
}

/** The one name a person reads; among the candidate names where there are any. */
export function shownName(type: string, event: Text, name: Text, category: Text): string {
  if (type === "track") return event || NAMELESS;
  const word = WORDS[type];
  if (word === undefined) return type;
  const full = joined(name, category);
  return full ? `Viewed ${full} ${word}` : `Loaded a ${word}`;
}

function joined(name: Text, category: Text): string {
  return [category, name].filter(Boolean).join(" ");
}
