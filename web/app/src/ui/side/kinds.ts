/** The kinds of identifier that somebody can be looked up by: those of the workspace's policy, what names a person first. */
import type { Guarantees } from "@dagnet-realtime/engine/wire.gen";

const PERSON = ["userId", "anonymousId"];

export function kindsOf(posture: Guarantees | null): readonly string[] {
  const kinds = posture?.trace ?? PERSON;
  return [...PERSON.filter((kind) => kinds.includes(kind)), ...kinds.filter((kind) => !PERSON.includes(kind))];
}
