/** A transport whose code is loaded when it starts. */
import type { Environment } from "../environment.ts";
import { type ConnectionStatus, OFF, type Transport } from "./transport.ts";

/** `missing` says in a sentence why the code could not be loaded, as far as that can be known. */
export function lazyTransport(load: () => Promise<Transport>, environment: Environment, missing = "A part of this page could not be loaded."): Transport {
  let inner: Transport | null = null;
  let state: ConnectionStatus = { ...OFF, connection: "connecting", since: environment.now() };
  let stopped = false;
  return {
    get state() {
      return inner?.state ?? state;
    },
    start(sink) {
      sink.state(state);
      load().then(
        (loaded) => {
          if (stopped) return;
          inner = loaded;
          inner.start(sink);
        },
        () => { if (!stopped) sink.ended(missing); },
      );
    },
    stop() {
      stopped = true;
      state = { ...OFF, since: environment.now() };
      inner?.stop();
    },
  };
}
