/** What a function in Segment publishes, and a seat to hear it from. */
import type { FunctionSubscription } from "../../src/api.ts";
import { POSTURE } from "../../../app/test/support/page.ts";

export const SEAT: FunctionSubscription = {
  public: { kind: "pusher", key: "k", host: "h", port: 1, tls: false, encrypted: false }, channels: ["c1"], plan: "p1", graph_version: "v1",
  posture: { ...POSTURE, exact_counts: false, dedupe_window: 0, dedupe_entries: 0, retention: 0 },
};

export const envelope = (id: string, event = "see_a", more: object = {}): Record<string, unknown> => ({ id, type: "track", event, at: 1_000, had: 1_500, ...more });
export const message = (...events: unknown[]): Record<string, unknown> => ({ plan: "p1", events });
