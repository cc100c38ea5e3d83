/** The door's ledger since On: what each source brought, counted from where its counters stood at the first hello. */
import type { Door } from "./wire.gen.ts";

export interface SinceOn {
  last: Door;
  since: Door;
}

export type Doors = Map<string, SinceOn>;

const NOTHING: Door = { received: 0, refused: {}, rate_limited: 0, unwatched: 0, duplicate: 0, taken: 0 };
/** Sources counted apart at most: more is not a configuration but garbage. */
const SOURCES = 500;

/** Takes the counters of a hello as where to count from; a later hello adds, unless another process answers (a counter fell). */
export function baseline(doors: Doors, ledger: Readonly<Record<string, Door>>): void {
  for (const [source, door] of Object.entries(ledger)) {
    const known = doors.get(source);
    if (known === undefined) { if (doors.size < SOURCES) doors.set(source, { last: door, since: NOTHING }); }
    else if (fell(known.last, door)) known.last = door;
    else advance(known, door);
  }
}

/** Adds what came since the last counters. A counter that fell is of an earlier moment, from another process: one that began anew says hello. */
export function count(doors: Doors, ledger: Readonly<Record<string, Door>>): void {
  for (const [source, door] of Object.entries(ledger)) {
    let known = doors.get(source);
    if (known === undefined) {
      if (doors.size >= SOURCES) continue;
      known = { last: NOTHING, since: NOTHING };
      doors.set(source, known);
    }
    if (!fell(known.last, door)) advance(known, door);
  }
}

/** Whether a door's counters sum as they must. */
export function sums(door: Door): boolean {
  return door.received === Object.values(door.refused).reduce((sum, n) => sum + n, 0) + door.rate_limited + door.unwatched + door.duplicate + door.taken;
}

function fell(last: Door, door: Door): boolean {
  return door.received < last.received || door.taken < last.taken;
}

function advance(known: SinceOn, door: Door): void {
  const { last, since } = known;
  const refused = { ...since.refused };
  for (const [code, n] of Object.entries(door.refused)) refused[code] = (refused[code] ?? 0) + n - (last.refused[code] ?? 0);
  known.since = {
    received: since.received + door.received - last.received, refused,
    rate_limited: since.rate_limited + door.rate_limited - last.rate_limited,
    unwatched: since.unwatched + door.unwatched - last.unwatched,
    duplicate: since.duplicate + door.duplicate - last.duplicate,
    taken: since.taken + door.taken - last.taken,
    ...beside("placeholder", known, door), ...beside("shared_id", known, door),
  };
  known.last = door;
}

/** A counter beside the sum, which is left out while it has counted nothing. */
function beside(name: "placeholder" | "shared_id", { last, since }: SinceOn, door: Door): Partial<Door> {
  const counted = (since[name] ?? 0) + (door[name] ?? 0) - (last[name] ?? 0);
  return counted > 0 ? { [name]: counted } : {};
}
