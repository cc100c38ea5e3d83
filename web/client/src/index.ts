/** The headless client: one page's engine, the transports that feed it, and DagNet's graphs. */
export { Api, type FoundPerson, type GraphRef, type GraphSummary, type Me, type OpenedSession, type ServerApi, type WorkspaceSummary } from "./api.ts";
export { embedded, type Embedded, type EmbeddedOptions } from "./embedded.ts";
export { EngineHost, type EngineAction } from "./engineHost.ts";
export { browserEnvironment, type Environment } from "./environment.ts";
export { followedAndOwn, followedAs, ownTokens } from "./follows.ts";
export { graphFrom, type GraphInput } from "./graph/graphFrom.ts";
export { ApiError, type Fetch } from "./http.ts";
export type { FollowedPath, Hit, Hue, LightListener, LightSource, NodeLight, PathStep, Step } from "./light.ts";
export { CompressionDetector, POLLS_ONLY, STREAM, type Carrier } from "./transport/carriers.ts";
export { Player, SPEEDS } from "./transport/player.ts";
export { functionTransport, relayTransport } from "./transport/relay/relayTransport.ts";
export { RemoteTransport } from "./transport/remoteTransport.ts";
export { lockSlots, type StreamSlots } from "./transport/streamSlots.ts";
export { pageChannels, type PageChannel } from "./transport/tap/channels.ts";
export { TapHost, type TapHostOptions } from "./transport/tap/tapHost.ts";
export { OFF, type Connection, type ConnectionStatus, type Transport, type TransportKind, type TransportSink } from "./transport/transport.ts";
export type { Graph } from "@dagnet-realtime/engine/wire.gen";
