/** Which names one message may be known by, and the one that is shown: the rules of `conformance/names.json`, as the server has them. */

export interface Names {
  readonly name: string;
  readonly names: readonly string[];
}

/** The names that matching tries, in order, without repeats, and the shown one: a `track` is its event, a `page` or `screen` its name, category with
 * name, and what Segment's libraries derive from them. Other types have none and show as themselves. */
export function namesOf(type: string, event: string | null, name: string | null, category: string | null): Names {
  if (type === "track") return { name: event || "(track without a name)", names: event ? [event] : [] };
  const word = { page: "Page", screen: "Screen" }[type];
  if (!word) return { name: type, names: [] };
  const full = [category, name].filter(Boolean).join(" ");
  const loaded = `Loaded a ${word}`;
  const derived = [full, name, category].flatMap((text) => (text ? [`Viewed ${text} ${word}`, `Viewed ${text}`] : []));
  return { name: derived[0] ?? loaded, names: [...new Set([name, full, ...derived, loaded].filter((text): text is string => !!text))] };
}
