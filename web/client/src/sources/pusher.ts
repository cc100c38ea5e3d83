/** The source of events that a host's own function publishes on a channel of its provider. */
import { lazySource } from "./lazySource.ts";
import type { PusherOptions } from "./options.ts";
import type { Source } from "../source.ts";

/** Thin envelopes on one channel, matched here against the shown graph. The package `pusher-js` is
 * loaded with the first session.
 */
export function pusher(options: PusherOptions): Source {
  return lazySource("remote", async () => (await import("./thinEnvelopes.ts")).channelSource(options));
}
