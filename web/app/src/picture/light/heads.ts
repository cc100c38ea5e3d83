/** The moving head of each followed trace: it travels every new leg in order, and rests where the trace stands. */
import type { Leg, PathMark } from "./command.ts";
import { along, TRAVEL_MS } from "./particles.ts";

/** A head: how many legs it has behind it, and since when it is on the one it travels. */
export interface Head {
  readonly token: string;
  readonly hue: number;
  legs: readonly Leg[];
  done: number;
  since: number;
  x: number;
  y: number;
}

/** A head that has more legs before it than this goes on from the last ones. */
const BEHIND = 4;

/** The heads of all followed traces. */
export class Heads {
  readonly live = new Map<string, Head>();

  /** Takes the paths as they stand; new legs are travelled, those of a trace first seen are taken as done. */
  follow(paths: readonly PathMark[], now: number, still: boolean): void {
    const tokens = new Set(paths.map(({ token }) => token));
    for (const token of this.live.keys()) if (!tokens.has(token)) this.live.delete(token);
    for (const { token, hue, legs } of paths) {
      const known = this.live.get(token);
      const head: Head = known?.hue === hue ? known : { token, hue, legs, done: Math.max(0, legs.length - 1), since: now, x: 0, y: 0 };
      const rested = head.done >= head.legs.length;
      head.legs = legs;
      head.done = still ? legs.length : Math.max(Math.min(head.done, legs.length), legs.length - BEHIND);
      if (rested) head.since = now;
      this.live.set(token, head);
    }
  }

  /** Moves the heads; answers whether any is on its way. Legs go faster while several are waiting. */
  advance(now: number): boolean {
    let moving = false;
    for (const head of this.live.values()) {
      const travel = TRAVEL_MS / Math.max(1, head.legs.length - head.done);
      while (head.done < head.legs.length && now - head.since >= travel) {
        head.done += 1;
        head.since += travel;
      }
      const on = head.legs[head.done];
      const leg = on ?? head.legs.at(-1);
      if (!leg) continue;
      [head.x, head.y] = along(leg.table, 0, on ? Math.max(0, (now - head.since) / travel) : 1);
      moving ||= on !== undefined;
    }
    return moving;
  }
}
