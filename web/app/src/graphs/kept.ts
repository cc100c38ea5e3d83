/** What of an event definition redaction never lets through, so that no event can ever be seen to meet it. */
import type { Filter } from "@dagnet-realtime/engine/wire.gen";
import { cleanText, personalName, personalValue } from "@dagnet-realtime/tap/redaction";

const changes = (text: string): boolean => cleanText(text) !== text;
const substring = ({ operator }: Filter): boolean => operator === "contains" || operator === "does not contain";

/** Whether no event can be known by `name`: it looks personal, is a URL that loses its end, or is too long. */
export function unkeptName(name: string): boolean {
  return changes(name) || name.split(" ").some((word) => word.startsWith("/") && changes(word));
}

/** The values that no kept property can have, or of `contains` none can hold. */
export function lostValues(filter: Filter): readonly string[] {
  return filter.values.filter((value) => changes(value) || (substring(filter) && personalValue(`x${value}`)));
}

/** The filter with what is known of it. A page without a server has no policy that denies anything. */
export function judged(filter: Filter): Filter {
  const negative = /^(?:is not|does not)/.test(filter.operator), lost = lostValues(filter);
  if (personalName(filter.property)) return { ...filter, unkept: "its name is personal" };
  if (!negative && lost.length === filter.values.length) return { ...filter, unkept: "such a value is never kept as it is" };
  if (negative && !substring(filter) && lost.length > 0) return { ...filter, unsure: [...new Set(lost.map(cleanText))] };
  return negative && substring(filter) && filter.values.some((value) => /[?#=&]/.test(value)) ? { ...filter, unsure: ["/"] } : filter;
}
