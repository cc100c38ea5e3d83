/** Traces: who went where along the graph, what jumped, and how sure it is. */
export { advance, BOUNDS, createTraces } from "./traces.ts";
export { follow, unfollow } from "./follow.ts";
export { forget } from "./evict.ts";
export { redoJoin, undoJoin } from "./join.ts";
export { fingerprint } from "./fingerprint.ts";
export { regraph, type Relit } from "./regraph.ts";
export { save, type SavedTraces } from "./save.ts";
export { load } from "./load.ts";
export { recent, traceRow, traceTotals, type Dot, type TraceRow } from "./select/recent.ts";
export { groupedByNode, timeline, type NodeVisits, type Timeline, type TimelineStep } from "./select/timeline.ts";
export { followedPath, followedPaths, type FollowedPath, type Hue, type PathStep } from "./select/followed.ts";
export { edgeCount, edgeFacts, endings, nodeFacts, type EdgeFacts, type NodeFacts, type Spread } from "./select/facts.ts";
export { goers, type WayAsked } from "./select/goers.ts";
export { joins, type JoinRow } from "./select/joins.ts";
export { jump, jumps, type JumpRow } from "./select/jumps.ts";
export { passable, whyNever } from "./select/passable.ts";
export type { Bounds, TraceEvent, Traces } from "./types.ts";
export type { Evidence } from "./advice.ts";
