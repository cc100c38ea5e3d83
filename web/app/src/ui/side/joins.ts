/** What joined two identifiers, in words. */
import type { JoinRow } from "@dagnet-realtime/engine/traces/select/traceList";

const BY: Readonly<Record<JoinRow["why"], string>> = {
  identify: "An identify",
  alias: "An alias",
  event: "An event that carries both",
  rotation: "A change of keys",
};

/** "An identify joined two traces.", "An identify told the userId.", or that it was undone. */
export function joinWords({ why, learnt, b, undone }: Pick<JoinRow, "why" | "learnt" | "b" | "undone">): string {
  if (undone) return learnt ? `Undone: the ${b.kind} stays apart.` : "Undone: two traces again.";
  return learnt ? `${BY[why]} told the ${b.kind}.` : `${BY[why]} joined two traces.`;
}
