/** The state as text for this browser's own store, within a bound: counts whole, then as many traces and of the newest rows as fit. */
import { type HeldEntry, summed } from "./held.ts";
import type { Light } from "./light.ts";
import { type Row, rowAt } from "./ring.ts";
import { toWire } from "./row.ts";
import { isRecord } from "./shape.ts";
import { fnv1a } from "./share.ts";
import type { State } from "./state.ts";
import { type Tally } from "./tally.ts";
import { save, type SavedTraces } from "./traces/save.ts";
import type { CarriedEvent, Door, Graph, Posture } from "./wire.gen.ts";
import type { LaneName } from "./input.ts";
import type { Missed, Sums } from "./ledger.ts";

/** Counts up when a reader of the last one would misread the text: what is of another version is not read. */
export const SNAPSHOT_VERSION = 2;

type Counts = readonly [remote: number, local: number, waiting: number];
export type SavedLight = readonly [...Counts, heat: number, heatAt: number, lastAt: number | null];
export type SavedRow = CarriedEvent & Pick<Row, "at" | "lanes" | "bound" | "way"> & { readonly arrived: number | null };

export interface Snapshot {
  readonly lanes: readonly LaneName[];
  readonly session: string;
  readonly startedAt: number;
  readonly graph: Graph | null;
  readonly position: string;
  /** These two may be missing: older pages did not keep them. */
  readonly lives?: number;
  readonly end?: number;
  readonly posture: Posture | null;
  readonly sampling: number;
  readonly threshold: number;
  readonly thinnedAt: number | null;
  readonly imposedAt: number;
  readonly filter: string;
  readonly doors: readonly (readonly [source: string, last: Door, since: Door])[];
  readonly binds: readonly (readonly [name: string, node: string])[];
  readonly follows: readonly string[];
  readonly since: number;
  readonly total: SavedLight;
  readonly mapped: Counts;
  readonly nodes: readonly (readonly [uuid: string, ...SavedLight])[];
  readonly names: readonly (readonly [name: string, ...Counts, firstAt: number, lastAt: number])[];
  readonly other: Counts;
  readonly sums: Sums;
  readonly missed: Missed;
  readonly duplicates: number;
  readonly held: readonly HeldEntry[];
  readonly traces: SavedTraces | null;
  readonly rows: readonly SavedRow[];
}

/** Bytes that a trace takes, about: the first try at how many fit into half of the room. */
const TRACE = 1500;

/** A text of at most `maxBytes` (UTF-8) that `restore` reads; "" where not even the counts fit. A pause is not kept: what waited is counted on return. */
export function snapshot(state: State, maxBytes: number): string {
  const room = maxBytes - FRAMING;
  const core = `${JSON.stringify(coreOf(state)).slice(0, -1)},"held":${heldText(state.held.entries, room / 4)}`;
  let left = room - bytes(core);
  if (left < 0) return "";
  const traces = tracesOf(state, left / 2);
  left -= bytes(traces);
  const rows: string[] = [];
  for (let number = state.kept.ring.end - 1; number >= state.kept.ring.start; number--) {
    const row = rowAt(state.kept.ring, number);
    if (row === null) continue;
    const text = JSON.stringify(stored(row));
    left -= bytes(text) + 1;
    if (left < 0) break;
    rows.push(text);
  }
  const body = `${core},"traces":${traces},"rows":[${rows.reverse().join(",")}]}`;
  return `${seal(body)}\n${body}`;
}

/** Version and checksum: text that was cut, changed or written by another version does not fit its seal. */
export function seal(body: string): string {
  return `dagnet-realtime-snapshot ${SNAPSHOT_VERSION} ${fnv1a(body).toString(16).padStart(8, "0")}`;
}

/** Leaves out of held frames what was revealed of people: a store is no place for it. */
function unrevealed(this: unknown, key: string, value: unknown): unknown {
  return key === "revealed" && isRecord(this) && "occurred_at" in this ? undefined : value;
}

/** Bytes of the seal and of what joins the parts. */
const FRAMING = 100;

function coreOf(state: State): Omit<Snapshot, "held" | "traces" | "rows"> {
  const { kept } = state;
  const { lanes, session, startedAt, graph, position, lives, posture, sampling, threshold, thinnedAt, imposedAt, follows } = state;
  return {
    lanes, session, startedAt, graph, position, lives, end: kept.ring.end, posture, sampling, threshold, thinnedAt, imposedAt, filter: state.filterText,
    doors: [...state.doors].map(([source, door]) => [source, door.last, door.since]), binds: [...state.binds], follows,
    since: kept.since, total: light(kept.total), mapped: tally(kept.mapped), nodes: [...kept.nodes].map(([uuid, one]) => [uuid, ...light(one)]),
    names: [...kept.unmapped.names.values()].map((one) => [one.name, ...tally(one), one.firstAt, one.lastAt]), other: tally(kept.unmapped.other),
    sums: kept.sums, missed: kept.missed, duplicates: kept.duplicates,
  };
}

function tracesOf(state: State, room: number): string {
  const { traces } = state.kept;
  if (traces === null) return "null";
  for (let count = Math.ceil(room / TRACE); count >= 1; count = Math.floor(count / 3)) {
    const text = JSON.stringify(save(traces, count));
    if (bytes(text) <= room) return text;
  }
  return "null";
}

function stored(row: Row): SavedRow {
  return { ...toWire(row), nodes: row.nodes, at: row.at, lanes: row.lanes, bound: row.bound, way: row.way, arrived: Number.isNaN(row.arrivedAt) ? null : row.arrivedAt };
}

function tally(one: Tally): Counts {
  return [one.remote, one.local, one.waiting];
}

function light(one: Light): SavedLight {
  return [...tally(one), one.heat, one.heatAt, one.lastAt];
}

/** What a pause held, in at most `room` bytes if its counts fit: whole, else its frames by their counts and the youngest local messages. */
function heldText(entries: readonly HeldEntry[], room: number): string {
  const text = (some: readonly HeldEntry[]): string => JSON.stringify(some, unrevealed);
  const whole = text(entries);
  if (bytes(whole) < room) return whole;
  for (let gaps = 256; ; gaps >>= 2) {
    const counts = bytes(text(bare(summed(entries, 0, [], gaps))));
    if (counts >= room && gaps > 0) continue;
    return text(bare(summed(entries, Math.max(0, room - counts), [], gaps, (tap) => bytes(text([tap])))));
  }
}

function bare(entries: readonly HeldEntry[]): readonly HeldEntry[] {
  return entries.map((entry) => (entry.kind === "batch" ? { ...entry, frame: { ...entry.frame, events: [] } } : entry));
}

/** Length in UTF-8. */
function bytes(text: string): number {
  let sum = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) sum += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return sum;
}
