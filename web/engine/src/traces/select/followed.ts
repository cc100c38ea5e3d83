/** Followed traces as the picture draws them: numbered steps along edges, and a head. */
import type { Mark, Traces } from "../types.ts";
import { uuidOf } from "./rows.ts";

export type Hue = 0 | 1 | 2 | 3 | 4 | 5;

/** One numbered step to `node`. An entry has no edges; a jump has none either and says so. */
export interface PathStep {
  readonly node: string;
  readonly n: number;
  readonly edges: readonly string[];
  readonly jump: boolean;
  readonly inferred: boolean;
}

export interface FollowedPath {
  readonly token: string;
  readonly hue: Hue;
  readonly steps: readonly PathStep[];
  readonly head: string | null;
}

/** The path of the trace that a token belongs to, as far as it is kept; null where the token is unknown. */
export function followedPath(traces: Traces, token: string): FollowedPath | null {
  const trace = traces.tokens.get(token)?.trace;
  if (trace === undefined) return null;
  const steps = trace.marks.filter(moved).map((mark) => ({
    node: uuidOf(traces, mark.after.head) ?? "", n: mark.after.moves, edges: mark.route?.uuids ?? [],
    jump: mark.move === "jump", inferred: (mark.route?.edges.length ?? 0) > 1,
  }));
  return { token, hue: hueOf(traces.held.get(token) ?? 0), steps, head: uuidOf(traces, trace.stand.head) };
}

/** The paths of all followed traces, each trace once. */
export function followedPaths(traces: Traces): readonly FollowedPath[] {
  const done = new Set<unknown>();
  const paths: FollowedPath[] = [];
  for (const token of traces.held.keys()) {
    const trace = traces.tokens.get(token)?.trace;
    const path = trace === undefined || done.has(trace) ? null : followedPath(traces, token);
    done.add(trace);
    if (path !== null) paths.push(path);
  }
  return paths;
}

function moved(mark: Mark): boolean {
  return mark.move !== "unmapped" && mark.move !== "stay";
}

function hueOf(hue: number): Hue {
  return hue === 1 || hue === 2 || hue === 3 || hue === 4 || hue === 5 ? hue : 0;
}
