/** What the evaluator takes from the engine, in one place. */
export { EVERYTHING, type FilterTest, parseFilter, printFilter, filterPaths, quote, readTerms, resolveFilter, testOf, type ViewFilter } from "@dagnet-realtime/engine/filter";
export { addCounters, type CountersBySource, setBaseline } from "@dagnet-realtime/engine/ledger";
export { createTable, elements, IDENTITY_TYPES, ownValue, type Table } from "@dagnet-realtime/engine/matching";
export { namesFromShown, nearMisses, type NearMiss, similarNames } from "@dagnet-realtime/engine/nearMiss";
export { isProblem, problem, type Problem } from "@dagnet-realtime/engine/problem";
export { readSessionLog, type SessionLog } from "@dagnet-realtime/engine/sessionLogFile";
export type { TapMessage } from "@dagnet-realtime/engine/tapMessage";
export type { Cursor, Move, Trace, Traces, Visit } from "@dagnet-realtime/engine/traces/model";
export { chooseTransition } from "@dagnet-realtime/engine/traces/path";
export { compileGraph, route, type RouteIndex } from "@dagnet-realtime/engine/traces/pathSearch";
export { traversableEdges } from "@dagnet-realtime/engine/traces/select/traversable";
export { advance, createTraces } from "@dagnet-realtime/engine/traces/traces";
export { isRecord } from "@dagnet-realtime/engine/checks";
export { checkFrame, checkGraph, readJson } from "@dagnet-realtime/engine/validation";
export type { Batch, FrameEvent, Frame, Graph, Node, Token } from "@dagnet-realtime/engine/wire.gen";
