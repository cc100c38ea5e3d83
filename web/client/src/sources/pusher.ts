/** The source of events that a function publishes on channels of a provider. */
import { lazySource } from "./lazySource.ts";
import type { FunctionChannelOptions, PusherOptions } from "./options.ts";
import type { Source } from "../source.ts";

/** With a `channel`: thin envelopes of the host's own function on that channel. With `auth` alone:
 * what our function in Segment publishes, on channels that the host's handler of `./pusher-auth`
 * names and signs. Events are matched here against the shown graph. `pusher-js` is loaded with the
 * first session.
 */
export function pusher(options: PusherOptions | FunctionChannelOptions): Source {
  return lazySource("remote", async () => {
    if (isChannel(options)) return (await import("./thinEnvelopes.ts")).channelSource(options);
    return (await import("./functionChannels.ts")).functionChannelSource(options);
  });
}

function isChannel(options: PusherOptions | FunctionChannelOptions): options is PusherOptions {
  return "channel" in options || "key" in options;
}
