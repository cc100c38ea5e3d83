/** Names that a person gives to traces: kept in this browser only, for this person only, until a
 * deletion may have been of theirs.
 */
import type { KeyValueStorage } from "@dagnet-realtime/client/sessionSnapshot";
import type { GraphRef, WorkspaceSummary } from "@dagnet-realtime/client/api";
import { workspaceOf } from "@dagnet-realtime/client/sources/remote";
import { workspaceKey } from "./graphRef.ts";
import { isToken } from "@dagnet-realtime/engine/ids";
import { LONGEST_LABEL } from "@dagnet-realtime/react/side/TraceName.tsx";

/** Labels by token, the oldest first. */
export type TraceLabels = Readonly<Record<string, string>>;

/** Labels as they are stored. A stamp says until which deletion a label is known to be of no one
 * who was deleted; "" without a server, which never deletes.
 */
interface Stored {
  readonly labels: TraceLabels;
  readonly stamps: Readonly<Record<string, string>>;
}

const LABELS_KEY = "dagnet-realtime-labels";
const MOST_LABELS = 200;

/** The stamp of labels that are given now: a workspace, and since when no one of it was deleted.
 * Null if that is not known: such a label lasts as long as the page.
 */
export function stampOf(workspaces: readonly WorkspaceSummary[], place: Pick<GraphRef, "workspace" | "env"> | null): string | null {
  const since = place === null ? undefined : workspaceOf(workspaces, place)?.undeleted_since;
  return place === null || !since ? null : `${workspaceKey(place)} ${since}`;
}

/** The workspace that a stamp names. */
export function workspaceOfStamp(stamp: string): string {
  return stamp.split(" ")[0] ?? "";
}

/** Gives a trace's token a label, or takes it away (""); returns all that are shown. Without a
 * stamp it is not stored.
 */
export function keepLabel(shelf: KeyValueStorage | null, person: string, before: TraceLabels, token: string, label: string, stamp: string | null = ""): TraceLabels {
  const clean = cleanLabel(label);
  const given: TraceLabels = clean === "" ? {} : { [token]: clean };
  // Another tab may have given one meanwhile; a storage that refuses leaves those of this page.
  const { labels, stamps } = readStored(shelf, person);
  const stored = { ...without(labels, token), ...(stamp === null ? {} : given) };
  writeStored(shelf, person, { labels: stored, stamps: { ...stamps, [token]: stamp ?? "" } });
  return last({ ...without(before, token), ...stored, ...given });
}

/** Wipes stored labels of which `holds` says no; returns what stays, and the others' stamps. */
export function checkLabels(shelf: KeyValueStorage | null, person: string, holds: (stamp: string, token: string) => boolean): { readonly labels: TraceLabels; readonly gone: ReadonlyMap<string, string> } {
  const { labels, stamps } = readStored(shelf, person);
  const stampFor = (token: string): string => stamps[token] ?? "?";
  const gone = new Map(Object.keys(labels).flatMap((token) => (holds(stampFor(token), token) ? [] : [[token, stampFor(token)] as const])));
  const kept = Object.fromEntries(Object.entries(labels).filter(([token]) => !gone.has(token)));
  if (gone.size > 0) writeStored(shelf, person, { labels: kept, stamps });
  return { labels: kept, gone };
}

/** Stamps the labels of a workspace anew: what was deleted until then was heard, and is gone. */
export function stampLabels(shelf: KeyValueStorage | null, person: string, stamp: string): void {
  const { labels, stamps } = readStored(shelf, person);
  const anew = Object.entries(stamps).map(([token, old]) => [token, workspaceOfStamp(old) === workspaceOfStamp(stamp) ? stamp : old] as const);
  writeStored(shelf, person, { labels, stamps: Object.fromEntries(anew) });
}

export function wipeLabels(shelf: KeyValueStorage | null): void {
  write(shelf, {});
}

/** What `person` gave; labels of another person are wiped. */
function readStored(shelf: KeyValueStorage | null, person: string): Stored {
  try {
    const read = Object(JSON.parse(shelf?.getItem(LABELS_KEY) ?? "{}")) as { person?: unknown; labels?: unknown; stamps?: unknown };
    if (read.person === person) {
      const labels = Object.entries(Object(read.labels) as object).flatMap(([token, label]) => {
        const clean = typeof label === "string" ? cleanLabel(label) : "";
        return isToken(token) && clean !== "" ? [[token, clean] as const] : [];
      });
      const stamps = Object.entries(Object(read.stamps) as object).filter((one): one is [string, string] => typeof one[1] === "string");
      return { labels: last(Object.fromEntries(labels)), stamps: Object.fromEntries(stamps) };
    }
    if (read.person !== undefined) wipeLabels(shelf);
  } catch {
    // What cannot be read is no label.
  }
  return { labels: {}, stamps: {} };
}

function writeStored(shelf: KeyValueStorage | null, person: string, { labels, stamps }: Stored): void {
  const kept = last(labels);
  write(shelf, { person, labels: kept, stamps: Object.fromEntries(Object.keys(kept).map((token) => [token, stamps[token] ?? "?"])) });
}

function without(labels: TraceLabels, token: string): TraceLabels {
  return Object.fromEntries(Object.entries(labels).filter(([one]) => one !== token));
}

function last(labels: TraceLabels): TraceLabels {
  return Object.fromEntries(Object.entries(labels).slice(-MOST_LABELS));
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
