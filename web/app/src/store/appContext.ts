/** What the parts of the page work on: its state, its engine, and the world around them. */
import type { ServerApi } from "@dagnet-realtime/client/api";
import type { EngineHost } from "@dagnet-realtime/client/engineHost";
import type { Environment } from "@dagnet-realtime/client/environment";
import type { Carrier } from "@dagnet-realtime/client/transport/carriers";
import type { StreamSlots } from "@dagnet-realtime/client/transport/streamSlots";
import type { KeptSessions } from "./earlierSessions.ts";
import type { Store } from "./uiState.ts";

export interface AppContext {
  readonly store: Store;
  readonly engine: EngineHost;
  readonly api: ServerApi;
  readonly slots: StreamSlots;
  readonly environment: Environment;
  /** What carries frames; `STREAM` unless something more is known of the way to the server. */
  readonly carrier?: Carrier;
  /** What the address names a shared session by, for the first session of this page. */
  share?: string;
  /** Where sessions that were watched are kept; absent if this page keeps none. */
  readonly earlier?: () => Promise<KeptSessions>;
}
