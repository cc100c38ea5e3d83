/** The headless client: a graph's realtime session, for a host that draws the graph itself. */
export { graphFrom, type Definitions, type GraphInput, type GraphResult } from "./graph/graphFrom.ts";
export type { FollowedPath, Hit, Hue, LightListener, LightSource, NodeLight, PathStep, Step } from "./light.ts";
export type { Mapping, Realtime, RealtimeOptions, ReplayControls } from "./hostInterface.ts";
export { realtime } from "./realtime.ts";
export type { Source } from "./source.ts";
export { log, type LogSource } from "./sources/log.ts";
export { extension, opener, otherTab, page, type PageOptions } from "./sources/pages.ts";
export type { EnvelopeFields, FunctionChannelOptions, PusherOptions, ServerOptions, SignRequest } from "./sources/options.ts";
export { pusher } from "./sources/pusher.ts";
export { server } from "./sources/server.ts";
export type { NearMissState, NodeState, RealtimeState, ReplayState, UnmappedState } from "./state.ts";
export type { AccessToken, TokenSource } from "./token.ts";
export type { LedgerOfState } from "@dagnet-realtime/engine/select/totals";
export type { JumpRow } from "@dagnet-realtime/engine/traces/select/jumps";
export type { TraceRow } from "@dagnet-realtime/engine/traces/select/traceList";
export type { Graph } from "@dagnet-realtime/engine/wire.gen";
