/** The headless client: a graph's realtime session, for a host that draws the graph itself. */
export { graphFrom, type Definitions, type GraphInput, type GraphResult } from "./graph/graphFrom.ts";
export type { FollowedPath, Hit, Hue, LightListener, LightSource, NodeLight, PathStep, Step } from "./light.ts";
export { realtime, type Mapping, type Realtime, type RealtimeOptions, type ReplayControls } from "./realtime.ts";
export type { Source } from "./source.ts";
export { log, type LogSource } from "./sources/log.ts";
export { opener, otherTab, page, type PageOptions } from "./sources/pages.ts";
export { pusher, type EnvelopeFields, type PusherOptions, type SignRequest } from "./sources/pusher.ts";
export { server, type ServerOptions } from "./sources/server.ts";
export type { NodeState, RealtimeState, ReplayState, UnmappedState } from "./state.ts";
export type { AccessToken, TokenSource } from "./token.ts";
export type { Graph } from "@dagnet-realtime/engine/wire.gen";
