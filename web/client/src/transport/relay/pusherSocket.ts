/** A connection to a realtime provider through pusher-js, which is loaded with the first one. */
import type Pusher from "pusher-js";
import type { ProviderEndpoint, SubscriptionSignature } from "../../api.ts";

/** What the relay needs of a provider. `fail` says that the connection, or the subscription, is of
 * no use any more.
 */
export interface ProviderListener {
  message(name: string, value: unknown): void;
  fail(why: string): void;
  /** The connection broke for a moment, and stands again: what was sent meanwhile is lost. */
  reconnected?(): void;
}

/** Asks the server to sign a subscription for this socket. */
export type Sign = (socketId: string) => Promise<SubscriptionSignature>;

/** Connects and subscribes; resolves once subscribed, rejects with an Error that says why not.
 * Aborting `signal` closes everything.
 */
export type Subscribe = (place: ProviderEndpoint, channel: string, sign: Sign, listener: ProviderListener, signal: AbortSignal) => Promise<void>;

/** A broken connection is tried again so long before this page polls instead. */
const UNAVAILABLE_MS = 3_000;

async function loadPusher(encrypted: boolean): Promise<typeof Pusher> {
  try {
    return encrypted ? (await import("pusher-js/with-encryption")).default : (await import("pusher-js")).default;
  } catch {
    throw new Error("The provider’s client could not be loaded: the package pusher-js belongs beside this one.");
  }
}

/** Subscribes by pusher-js, over a WebSocket alone. */
export const subscribe: Subscribe = async (place, channel, sign, listener, signal) => {
  const Client = await loadPusher(place.encrypted);
  if (signal.aborted) throw new Error("The tab turned away.");
  const client = new Client(place.key, {
    cluster: "",
    wsHost: place.host,
    wsPort: place.port,
    wssPort: place.port,
    forceTLS: place.tls,
    // WebSockets only. With `forceTLS`, "ws" is the encrypted kind; "wss" would enable none.
    enabledTransports: ["ws"],
    enableStats: false,
    unavailableTimeout: UNAVAILABLE_MS,
    channelAuthorization: {
      customHandler: ({ socketId }, callback) => {
        sign(socketId).then(
          (signature) => {
            callback(null, signature);
          },
          (error: unknown) => {
            callback(error instanceof Error ? error : new Error("The subscription was not signed."), null);
          },
        );
      },
    },
  });
  signal.addEventListener("abort", () => {
    client.disconnect();
  });
  await new Promise<void>((resolve, reject) => {
    const refused = (why: string): void => {
      listener.fail(why);
      reject(new Error(why));
    };
    client.connection.bind("state_change", ({ current }: { current: string }) => {
      if (current === "unavailable" || current === "failed") refused("The provider cannot be reached.");
    });
    const subscribed = client.subscribe(channel);
    let stands = false;
    subscribed.bind("pusher:subscription_succeeded", () => {
      if (stands) listener.reconnected?.();
      stands = true;
      resolve();
    });
    subscribed.bind("pusher:subscription_error", () => {
      refused("The provider did not let this page subscribe.");
    });
    subscribed.bind_global((name: string, value: unknown) => {
      if (!name.startsWith("pusher")) listener.message(name, value);
    });
  });
};
