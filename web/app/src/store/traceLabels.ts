/** Names that a person gives to traces: kept in this browser only, for this person only. */
import type { KeyValueStorage } from "@dagnet-realtime/client/sessionSnapshot";
import { isToken } from "@dagnet-realtime/engine/ids";
import { LONGEST_LABEL } from "@dagnet-realtime/react/side/TraceName.tsx";

/** Labels by token, the oldest first. */
export type TraceLabels = Readonly<Record<string, string>>;

const LABELS_KEY = "dagnet-realtime-labels";
const MOST_LABELS = 200;

/** The labels that `person` gave; those of another person are wiped. */
export function readLabels(shelf: KeyValueStorage | null, person: string): TraceLabels {
  try {
    const read = Object(JSON.parse(shelf?.getItem(LABELS_KEY) ?? "{}")) as { person?: unknown; labels?: unknown };
    if (read.person === person) return Object.fromEntries(Object.entries(Object(read.labels) as object).flatMap(([token, label]) => {
      const clean = typeof label === "string" ? cleanLabel(label) : "";
      return isToken(token) && clean !== "" ? [[token, clean] as const] : [];
    }).slice(-MOST_LABELS));
    if (read.person !== undefined) wipeLabels(shelf);
  } catch {
    // What cannot be read is no label.
  }
  return {};
}

/** Gives a trace's token a label, or takes it away (""); returns all that are kept. */
export function keepLabel(shelf: KeyValueStorage | null, person: string, before: TraceLabels, token: string, label: string): TraceLabels {
  const stored = readLabels(shelf, person);
  // Another tab may have given one meanwhile; a storage that refuses leaves those of this page.
  const others = Object.entries(Object.keys(stored).length > 0 ? stored : before).filter(([one]) => one !== token);
  const clean = cleanLabel(label);
  const labels = Object.fromEntries(clean === "" ? others : [...others, [token, clean] as const].slice(-MOST_LABELS));
  write(shelf, { person, labels });
  return labels;
}

export function wipeLabels(shelf: KeyValueStorage | null): void {
  write(shelf, {});
}

function cleanLabel(label: string): string {
  return Array.from(label.replace(/[\p{C}\s]+/gu, " ").trim()).slice(0, LONGEST_LABEL).join("").trim();
}

function write(shelf: KeyValueStorage | null, what: object): void {
  try {
    shelf?.setItem(LABELS_KEY, JSON.stringify(what));
  } catch {
    // A full or forbidden shelf: the label lasts as long as the page.
  }
}
