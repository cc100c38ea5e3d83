/** Transports through a realtime provider: of the server's frames, and of a function in Segment. */
import type { GraphRef, ServerApi } from "../../api.ts";
import { RemoteTransport } from "../remoteTransport.ts";
import type { Carrier } from "../carriers.ts";
import type { StreamSlots } from "../streamSlots.ts";
import type { Environment } from "../../environment.ts";
import { lazyTransport } from "../lazyTransport.ts";
import type { Transport } from "../transport.ts";
import type { EnvelopeTransportOptions, Publisher } from "./envelopeTransport.ts";
import type { Subscribe } from "./pusherSocket.ts";

/** A provider's socket is another origin's connection: it takes no stream's place. */
const UNLIMITED: StreamSlots = { acquire: () => Promise.resolve({ release: () => undefined }) };

/** Loads the client of the provider with the first subscription. */
export const subscribeLazily: Subscribe = async (...asked) => (await import("./pusherSocket.ts")).subscribe(...asked);

/** A lane that goes by the provider while that works, by poll while it does not. */
export function relayTransport(api: ServerApi, session: string, position: string, environment: Environment, subscribe: Subscribe = subscribeLazily): RemoteTransport {
  const push: Carrier = {
    transport: "provider",
    fallbackReason: "The provider does not bring frames, so this tab asks the server every moment instead.",
    run: async (from, watched, after, listener, signal) => {
      const { RelayCarrier } = await import("./relayCarrier.ts");
      return new RelayCarrier({ api: from, session: watched, after, listener, signal }, environment, subscribe).run();
    },
  };
  return new RemoteTransport(api, session, position, UNLIMITED, environment, push);
}

/** Whose events a function in Segment publishes, as the server knows it. */
export interface FunctionTransportOptions extends Omit<EnvelopeTransportOptions, "publisher"> {
  readonly api: ServerApi;
  readonly place: GraphRef;
}

/** A transport of what a function in Segment publishes; its code is loaded when it starts. */
export function functionTransport({ api, place, ...options }: FunctionTransportOptions, environment: Environment, subscribe: Subscribe = subscribeLazily): Transport {
  return lazyTransport(async () => {
    const { EnvelopeTransport, parsePublished } = await import("./envelopeTransport.ts");
    const publisher: Publisher = {
      transport: "function",
      subscription: (signal) => api.functionSubscription(place, signal),
      sign: (channel, socket) => api.signFunctionSubscription(place, channel, socket),
      read: (name, value) => (name === "envelopes" ? parsePublished(value) : null),
    };
    return new EnvelopeTransport({ ...options, publisher }, environment, subscribe);
  }, environment, "a part of this page could not be loaded.");
}
