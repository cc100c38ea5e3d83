/** A trace's name: that which a person gave it in this browser, else two words of its token. */
import { tokensOf } from "@dagnet-realtime/engine/select/traces";
import { traceName } from "@dagnet-realtime/engine/traceName";
import { type HostAbilities, useEngine, useHost } from "../hooks.ts";

/** The longest name that a person may give, in characters. */
export const LONGEST_LABEL = 40;

/** The name of the trace that a token belongs to. */
export function useTraceName(token: string): string {
  const tokens = useEngine("rows", (state) => tokensOf(state, token));
  return useHost((host) => labelAmong(tokens, host)) || traceName(tokens[0] ?? token);
}

/** The label of the first token that has one, "" if none has. */
export function labelAmong(tokens: readonly string[], host: HostAbilities): string {
  for (const token of tokens) {
    const found = host.traceLabel?.(token) ?? "";
    if (found !== "") return found;
  }
  return "";
}

/** The name, isolated from the text around it; its token shows on hover. */
export function TraceName({ token }: { readonly token: string }) {
  return <bdi title={token}>{useTraceName(token)}</bdi>;
}
