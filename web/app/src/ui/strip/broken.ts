/** What the strip says in place of a rate while nothing can be heard: since when, and what is being done. */
import type { LaneState } from "../../lanes/lane.ts";
import { clock } from "../format.ts";

/** Null while the road is sound. `now` is milliseconds since 1970. */
export function brokenWords({ connection, lastFrameAt, since, retryAt }: LaneState, now: number): string | null {
  if (connection !== "stale" && connection !== "reconnecting") return null;
  const heard = lastFrameAt === null ? `nothing heard since ${clock(since)}` : `last heard at ${clock(lastFrameAt)}`;
  const left = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return `${heard} · ${left > 0 ? `trying again in ${left} s` : "trying again"}`;
}
