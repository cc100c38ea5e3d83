/** The chips that say in which way the picture is less than the whole. */
import type { PostureOfState } from "@dagnet-realtime/engine/select/totals";
import { clock, count, plural, share, span } from "../format.ts";

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
  "Repeats are told apart in this browser alone. Names that the function does not carry never come here, so the list of unmapped names may be empty.",
  "Events are published, and paid for, whether anybody watches or not. Who may watch no longer is out within 17 minutes.",
];

export function guaranteeChips({ policy, sampling, threshold, thinned, sampled, thinnedAt, imposedAt, limited }: PostureOfState, atServer = ""): GuaranteeChip[] {
  const chips: GuaranteeChip[] = [];
  const notes = policy?.notes ?? [];
  if (notes.length > 0) chips.push({ key: "notes", word: plural(notes.length, "note"), title: "To know about this view", says: notes });
  const counted = policy?.exact_counts ?? true;
  if (!counted) chips.push({ key: "uncounted", word: "uncounted", title: "No server counts these events", says: UNCOUNTED });
  if (limited.length > 0) {
    const says = limited.map(({ source, events }) => `Source ${source} sent faster than it may: since On ${plural(events, "event")} ${events === 1 ? "was" : "were"} turned away, to be sent again later. Until then they are missing here.`);
    chips.push({ key: "limited", word: "rate limited", title: "A source sends faster than it may", says });
  }
  if (atServer !== "") {
    const says = [`The server carries and counts only what passes ${atServer}; everything else is counted as filtered, and lights nothing here.`];
    chips.push({ key: "filtered", word: "filtered", title: "Filtered at the server", says });
  }
  if (thinned) {
    const says = ["More events came than one view carries, so some traces were left out whole. Counts and rates are still exact; the feed and the traces are of the carried ones.", `At the busiest moment ${share(threshold)} of the traces were carried.`];
    if (thinnedAt !== null) says.push(`It began at ${clock(thinnedAt)}.`);
    if (policy) says.push(`The budget is ${count(policy.carried_per_second)} events a second. A followed trace is never left out.`);
    chips.push({ key: "thinned", word: "thinned", title: "Thinned: counts exact, traces fewer", says });
  }
  if (sampled) chips.push({ key: "sampled", word: `sampled ${share(sampling)}`, title: "Sampled by this workspace's policy", says: [counted ? `${share(sampling)} of the traces are kept whole; of the others only what counting needs. Counts are exact.` : `${share(sampling)} of the traces are published whole. The others are not, and nobody counts them.`, `So since ${clock(imposedAt)}.`] });
  if (policy?.redacted) {
    const allowed = policy.properties.length > 0 ? `Allowed properties: ${policy.properties.join(", ")}.` : "No properties beyond those that the graph's own filters need are kept.";
    const window = !counted ? "Nothing is kept anywhere but in this browser." : `A repeat of the same message within ${span(policy.dedupe_window * 1000)} is counted once. The log of a watched channel keeps ${span(policy.retention * 1000)}.`;
    chips.push({ key: "redacted", word: "redacted", title: "Redacted on arrival", says: [IDENTITY[policy.identity] ?? "", allowed, window, `So since ${clock(imposedAt)}.`].filter(Boolean) });
  }
  return chips;
}
