/** The rules that a page keeps before it hands anything on: the server's policy, what the graph's filters read, and what the viewer asked to see. */
import type { Graph, Guarantees } from "@dagnet-realtime/engine/wire.gen";
import type { Rules } from "@dagnet-realtime/tap/protocol";

/** The kinds of trace identifiers where no server says which: its own default. */
export const TRACE = ["properties.trace_id", "session", "userId", "anonymousId"];

export function rulesOf(salt: string, graph: Graph | null, posture: Guarantees | null, shown: readonly string[]): Rules {
  const needed = graph?.listens.flatMap(({ filters }) => filters.map(({ property }) => property)) ?? [];
  const trace = posture && posture.trace.length > 0 ? posture.trace : TRACE;
  return { salt, trace, allow: [...new Set([...(posture?.properties ?? []), ...shown])], deny: posture?.deny ?? [], needed: [...new Set(needed)] };
}
