/** The provider's current channel, whose name only holders of the key can compute: the rules of
 * `conformance/channels.json`.
 */
import { bytes, hmac } from "./runtime.ts";

/** The name of the channel at `at`, milliseconds since 1970. It changes every `turn` seconds, so
 * that a viewer who lost the right to watch stops receiving.
 */
export function channelAt(of: { readonly workspace: string; readonly env: string; readonly key: string; readonly turn: number }, at: number): string {
  const key = bytes(hmac(bytes(of.key), "relay: function channel"));
  return `private-dagnet-function-${hmac(key, `${of.workspace}\0${of.env}\0${Math.floor(at / (of.turn * 1000))}`).slice(0, 40)}`;
}
