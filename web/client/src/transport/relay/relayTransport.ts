/** Transports through a realtime provider: of the server's frames, and of a function in Segment. */
import type { ServerApi } from "../../api.ts";
import { RemoteTransport } from "../remoteTransport.ts";
import type { Carrier } from "../carriers.ts";
import type { StreamSlots } from "../streamSlots.ts";
import type { Environment } from "../../environment.ts";
import { type ConnectionStatus, OFF, type Transport } from "../transport.ts";
import type { FunctionTransportOptions } from "./functionTransport.ts";
import type { Subscribe } from "./pusherSocket.ts";

/** A provider's socket is another origin's connection: it takes no stream's place. */
const UNLIMITED: StreamSlots = { acquire: () => Promise.resolve({ release: () => undefined }) };

/** Loads the client of the provider with the first subscription. */
const subscribeLazily: Subscribe = async (...asked) => (await import("./pusherSocket.ts")).subscribe(...asked);

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

/** A transport of what a function in Segment publishes; its code is loaded when it starts. */
export function functionTransport(options: FunctionTransportOptions, environment: Environment, subscribe: Subscribe = subscribeLazily): Transport {
  let inner: Transport | null = null;
  let state: ConnectionStatus = { ...OFF, connection: "connecting", since: environment.now() };
  let stopped = false;
  return {
    get state() {
      return inner?.state ?? state;
    },
    start(sink) {
      sink.state(state);
      const begin = async (): Promise<void> => {
        const { FunctionTransport } = await import("./functionTransport.ts");
        if (stopped) return;
        inner = new FunctionTransport(options, environment, subscribe);
        inner.start(sink);
      };
      begin().catch(() => {
        if (!stopped) sink.ended("a part of this page could not be loaded.");
      });
    },
    stop() {
      stopped = true;
      state = { ...OFF, since: environment.now() };
      inner?.stop();
    },
  };
}
