/** Traces: paths of visitors along the graph, jumps, and how certain they are. */
export { advance, BOUNDS, createTraces } from "./traces.ts";
export { follow, unfollow, forgetTraces } from "./retention.ts";
export { redoJoin, undoJoin } from "./identity.ts";
export { traceFingerprint } from "../fingerprint.ts";
export { migrateTraces, type RelitVisit } from "./migrate.ts";
export { save, type SavedTraces, load } from "./snapshot.ts";
export { recent, traceRow, traceTotals, type Dot, type TraceRow, joins, type JoinRow } from "./select/traceList.ts";
export { groupedByNode, timeline, type NodeVisits, type Timeline, type TimelineStep, followedPath, followedPaths, type FollowedPath, type Hue, type PathStep, exampleTraces, type EdgeOrJump } from "./select/paths.ts";
export { edgeCount, edgeFacts, endings, nodeFacts, type EdgeFacts, type NodeFacts, type Spread } from "./select/facts.ts";
export { jump, jumps, type JumpRow, type Evidence } from "./select/jumps.ts";
export { traversableEdges, whyNever } from "./select/traversable.ts";
export type { Bounds, TraceEvent, Traces } from "./model.ts";
