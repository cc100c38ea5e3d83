/** The chips that say in which way the picture is less than the whole. */
import type { PostureOfState } from "@dagnet-realtime/engine/select/totals";
import { clock, count, plural, share, span } from "../format.ts";

/** A chip that says what is left out. */
export interface GuaranteeChip {
  readonly key: "notes" | "uncounted" | "limited" | "filtered" | "thinned" | "sampled" | "redacted";
  readonly word: string;
  readonly title: string;
  readonly says: readonly string[];
}

const IDENTITY: Readonly<Record<string, string>> = {
  token: "People are shown as tokens: keyed pseudonyms that mean nothing outside of this workspace.",
  trace_id: "Only explicit trace ids are kept; user ids and anonymous ids are dropped on arrival.",
  reveal: "This workspace shows identifiers as they were sent, to those who may see them.",
};

/** What such a deployment cannot promise. */
const UNCOUNTED = [
  "A function in Segment publishes these events straight to a realtime provider; no server of ours hears them.",
  "Counts are of what this browser heard. What the provider drops, or what comes while the connection is broken, is gone, and how much it was is unknown.",
  "Repeats are told apart in this browser alone. Names that the function does not publish never come here, so the list of unmapped names may be empty.",
  "Events are published, and paid for, whether anyone watches or not. A person who may watch no longer is out within 17 minutes.",
];

/** "showing 1 in 3 visitors", or a percentage if no such part comes near. `threshold` is the share
 * of traces that are shown.
 */
export function shownText(threshold: number): string {
  if (threshold <= 0) return "showing counts only";
  const one = Math.round(1 / threshold);
  return one > 1 && Math.abs(threshold * one - 1) < 0.1 ? `showing 1 in ${one} visitors` : `showing ${share(threshold)} of visitors`;
}

/** "10 fields kept"; `properties` may hold patterns, which stand for any number. */
export function keptText(properties: readonly string[]): string {
  if (properties.some((name) => name.includes("*"))) return "listed fields kept";
  return properties.length === 0 ? "no extra fields kept" : `${plural(properties.length, "field")} kept`;
}

/** The chips of a state; none if everything is exact. */
export function guaranteeChips({ policy, sampling, threshold, thinned, sampled, thinnedAt, imposedAt, limited }: PostureOfState, atServer = ""): GuaranteeChip[] {
  const chips: GuaranteeChip[] = [];
  const notes = policy?.notes ?? [];
  if (notes.length > 0) chips.push({ key: "notes", word: plural(notes.length, "note"), title: "To know about this view", says: notes });
  const counted = policy?.exact_counts ?? true;
  if (!counted) chips.push({ key: "uncounted", word: "uncounted", title: "No server counts these events", says: UNCOUNTED });
  if (limited.length > 0) {
    const says = limited.map(({ source, events }) => `Source ${source} sent faster than it may: so far ${plural(events, "event")} ${events === 1 ? "was" : "were"} turned away, to be sent again later. Until then they are missing here.`);
    chips.push({ key: "limited", word: "rate limited", title: "A source sends faster than it may", says });
  }
  if (atServer !== "") {
    const says = [`The server sends and counts only what passes ${atServer}; everything else is counted as filtered, and reaches no node here.`];
    chips.push({ key: "filtered", word: "filtered", title: "Filtered at the server", says });
  }
  if (thinned) {
    const says = ["More events came than one view shows, so some visitors were left out whole. Counts and rates are still exact; the feed and the traces are of those shown.", `At the busiest moment ${share(threshold)} of the visitors were shown.`];
    if (thinnedAt !== null) says.push(`It began at ${clock(thinnedAt)}.`);
    if (policy) says.push(`The budget is ${count(policy.carried_per_second)} events a second. A followed trace is never left out.`);
    chips.push({ key: "thinned", word: shownText(threshold), title: "Counts are exact, traces fewer", says });
  }
  if (sampled) chips.push({ key: "sampled", word: `sampled ${share(sampling)}`, title: "Sampled by this workspace's policy", says: [counted ? `${share(sampling)} of the traces are kept whole; of the others only what counting needs. Counts are exact.` : `${share(sampling)} of the traces are published whole. The others are not, and no one counts them.`, `So since ${clock(imposedAt)}.`] });
  if (policy?.redacted) {
    const allowed = policy.properties.length > 0 ? `Allowed properties: ${policy.properties.join(", ")}.` : "No properties beyond those that the graph's own filters need are kept.";
    const window = !counted ? "Nothing is kept anywhere but in this browser." : `A repeat of the same message within ${span(policy.dedupe_window * 1000)} is counted once. While Realtime is on events are kept for ${span(policy.retention * 1000)}.`;
    chips.push({ key: "redacted", word: keptText(policy.properties), title: "What is kept of each event", says: [IDENTITY[policy.identity] ?? "", allowed, window, `So since ${clock(imposedAt)}.`].filter(Boolean) });
  }
  return chips;
}
