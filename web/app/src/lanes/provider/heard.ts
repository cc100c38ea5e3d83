/** From envelopes to frames: what a server would count is counted here, of what this browser heard. */
import { candidateNames, match, shownName, type Table } from "@dagnet-realtime/engine/matching";
import { iso } from "@dagnet-realtime/engine/eventBuffer";
import type { Batch, FrameEvent, Gap } from "@dagnet-realtime/engine/wire.gen";
import type { Envelope } from "./envelope.ts";

/** What events that only the function has seen are said to come from. */
export const SOURCE = "Segment";
/** Message ids remembered, in each of two generations. */
const REMEMBERED = 50_000;
/** In place of a log's offsets: milliseconds since 2026, and in each the places of a call. Segment's greatest batch has 400 events. */
const EPOCH = Date.UTC(2026);
const PLACES = 4096;
/** Unmapped names of one frame that are counted apart. */
const NAMES = 200;

/** Numbers the frames of one session itself, since nobody else does; the only writer of its position. `known` tells ids from before this page. */
export class Heard {
  #number: number;
  #fresh = new Set<string>();
  #stale: ReadonlySet<string> = new Set();

  constructor(
    position: string,
    private readonly known: (id: string) => boolean,
  ) {
    this.#number = Number(/^function:(\d{1,15})$/.exec(position)?.[1] ?? 0);
  }

  get position(): string {
    return `function:${this.#number}`;
  }

  /** One frame of everything in `envelopes`: repeats are carried, so that they are told, and counted nowhere. `missed` could not be taken. */
  batch(envelopes: readonly Envelope[], table: Table, missed: number): Batch {
    const counts = new Map<string, number>();
    const unmapped = new Map<string, number>();
    const events: FrameEvent[] = [];
    const sums = { lit: 0, unmapped: 0, other: 0 };
    for (const one of envelopes) {
      const event = carried(one, table);
      events.push(event);
      if (this.#repeats(one.id)) continue;
      for (const node of event.nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
      if (event.nodes.length > 0) sums.lit += 1;
      else {
        sums.unmapped += 1;
        if (unmapped.has(event.name) || unmapped.size < NAMES) unmapped.set(event.name, (unmapped.get(event.name) ?? 0) + 1);
        else sums.other += 1;
      }
    }
    const seen = sums.lit + sums.unmapped;
    const ledger = { offered: seen + missed, lit: sums.lit, unmapped: sums.unmapped, filtered: 0, missed, carried: seen, thinned: 0, sampled_out: 0, forgotten: 0 };
    return { op: "batch", ...this.#step(), counts: Object.fromEntries(counts), unmapped: Object.fromEntries(unmapped), other: sums.other, events, threshold: 1, ledger };
  }

  /** A gap of unknown size: a provider keeps nothing. */
  gap(reason: string): Gap {
    const { from, position } = this.#step();
    return { op: "gap", from, to: position, missed: null, reason };
  }

  #step(): { readonly from: string; readonly position: string } {
    const from = this.position;
    this.#number += 1;
    return { from, position: this.position };
  }

  #repeats(id: string): boolean {
    if (this.#fresh.has(id) || this.#stale.has(id) || this.known(id)) return true;
    this.#fresh.add(id);
    if (this.#fresh.size >= REMEMBERED) {
      this.#stale = this.#fresh;
      this.#fresh = new Set();
    }
    return false;
  }
}

function carried({ id, type, event, name, category, at, had, received, place = 0, traces, properties, traits, flags }: Envelope, table: Table): FrameEvent {
  const nodes = match(table, candidateNames(type, event, name, category), properties, traits);
  return {
    id, type, name: shownName(type, event, name, category), occurred_at: iso(at), arrived_at: iso(had), segment_received_at: received === null ? null : iso(received),
    source: SOURCE, traces, nodes, properties, flags, offset: orderOf(had, place),
  };
}

/** Envelopes of one moment go in the order in which the function had them, and of one call by their places. */
function orderOf(had: number, place: number): number {
  return Math.min(2 ** 52, Math.max(0, Math.floor(had) - EPOCH) * PLACES + Math.min(place, PLACES - 1));
}
