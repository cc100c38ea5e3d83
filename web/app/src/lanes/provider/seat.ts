/** A session's place at its relay, as the server tells it. */
import type { Guarantees } from "@dagnet-realtime/engine/wire.gen";

/** Where the provider is; nothing of it is secret. */
export interface ProviderPlace {
  readonly kind: string;
  readonly key: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly encrypted: boolean;
}

/** Who watches the same graph: so many other sessions, and by name the people behind them, where names are told. */
export interface Company {
  readonly others: number;
  readonly names: readonly string[];
}

/** `publishing` says whether the provider takes our messages; `ledger` counts messages, since that is what providers bill. */
export interface Seat {
  readonly public: ProviderPlace;
  readonly channel: string;
  readonly publishing: boolean;
  readonly every: number;
  readonly ledger: { readonly published: number; readonly delivered: number; readonly failed: number };
  readonly company: Company;
}

/** What lets this browser's socket subscribe. */
export interface Signature {
  readonly auth: string;
  readonly shared_secret?: string;
}

/** Where a function in Segment publishes: the channels of this moment, about a turn two; `plan` is the version that its settings should have. */
export interface PublishedSeat {
  readonly public: ProviderPlace;
  readonly channels: readonly string[];
  readonly plan: string;
  readonly graph_version: string;
  readonly posture: Guarantees;
}
