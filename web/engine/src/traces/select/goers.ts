/** Which kept traces went along an edge or made a jump: examples for whoever asks what is behind a number. */
import type { Mark, Traces } from "../types.ts";
import { nameOf } from "./rows.ts";

/** One of the two: an edge's uuid, or a jump's ends (uuids). */
export type WayAsked = { readonly edge: string } | { readonly from: string; readonly to: string };

/** Tokens of at most `most` traces, the most recently active first. */
export function goers(traces: Traces, way: WayAsked, most: number): readonly string[] {
  const went = test(traces, way);
  const found: string[] = [];
  for (const trace of [...[...traces.live].reverse(), ...traces.heldTraces]) {
    if (found.length >= most) break;
    const token = trace.marks.some(went) ? nameOf(traces, trace)?.token : undefined;
    if (token !== undefined) found.push(token);
  }
  return found;
}

function test(traces: Traces, way: WayAsked): (mark: Mark) => boolean {
  if ("edge" in way) return (mark) => mark.route?.uuids.includes(way.edge) ?? false;
  const [from, to] = [traces.ways.index.get(way.from), traces.ways.index.get(way.to)];
  return (mark) => mark.move === "jump" && mark.from === from && mark.after.head === to;
}
