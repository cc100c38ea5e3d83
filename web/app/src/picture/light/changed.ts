/** Which parts of followed paths must be drawn anew: those that came, went, or look otherwise than before. */
import type { Leg, PathMark } from "./command.ts";

/** Nodes and legs that a change touches, as they were and as they are. */
export interface Touched {
  readonly legs: readonly Leg[];
  readonly nodes: readonly number[];
}

export function changed(before: readonly PathMark[], after: readonly PathMark[]): Touched[] {
  const known = new Map(before.map((path) => [path.token, path]));
  const found: Touched[] = [];
  for (const path of after) {
    const was = known.get(path.token);
    known.delete(path.token);
    if (was === undefined) found.push(whole(path));
    else if (was.hue !== path.hue || was.lane !== path.lane) found.push(whole(was), whole(path));
    else found.push(between(was, path));
  }
  return [...found, ...[...known.values()].map(whole)].filter(({ legs, nodes }) => legs.length + nodes.length > 0);
}

function whole({ legs, stops, passed }: PathMark): Touched {
  return { legs, nodes: [...stops.map(({ node }) => node), ...passed] };
}

/** What differs between two states of one path: mostly its last leg and its last stop. */
function between(a: PathMark, b: PathMark): Touched {
  const legs = [...without(a.legs, b.legs), ...without(b.legs, a.legs)];
  const stops = new Map(a.stops.map(({ node, numbers }) => [node, numbers.join()]));
  const nodes = b.stops.flatMap(({ node, numbers }) => (stops.get(node) === numbers.join() ? [] : [node]));
  const gone = a.stops.flatMap(({ node }) => (b.stops.some((stop) => stop.node === node) ? [] : [node]));
  const passed = [...a.passed.filter((node) => !b.passed.includes(node)), ...b.passed.filter((node) => !a.passed.includes(node))];
  return { legs, nodes: [...nodes, ...gone, ...passed] };
}

/** The legs of `these` that `those` do not have at the same place. */
function without(these: readonly Leg[], those: readonly Leg[]): Leg[] {
  return these.filter(({ table, lane, inferred }, i) => {
    const other = those[i];
    return other?.table !== table || other.lane !== lane || other.inferred !== inferred;
  });
}
