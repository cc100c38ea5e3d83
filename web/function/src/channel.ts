/** The provider's channel of this moment, whose name only those who hold the key can tell: the rules of `conformance/channels.json`. */
import { bytes, hmac } from "./runtime.ts";

/** The name of the channel at `at`, milliseconds since 1970; it changes every `turn` seconds, so that who may watch no longer hears no longer. */
export function channelAt(of: { readonly workspace: string; readonly env: string; readonly key: string; readonly turn: number }, at: number): string {
  const key = bytes(hmac(bytes(of.key), "relay: function channel"));
  return `private-dagnet-function-${hmac(key, `${of.workspace}\0${of.env}\0${Math.floor(at / (of.turn * 1000))}`).slice(0, 40)}`;
}
