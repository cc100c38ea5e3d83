/** Frames as a provider carries them. */
import type { Batch, Frame, Gap } from "@dagnet-realtime/engine/wire.gen";

const LEDGER = { offered: 1, lit: 1, unmapped: 0, filtered: 0, missed: 0, carried: 0, thinned: 1, sampled_out: 0, forgotten: 0 };

export const batch = (from: string, position: string): Batch => ({ op: "batch", from, position, counts: { "u-Home": 1 }, unmapped: {}, other: 0, events: [], threshold: 1, ledger: LEDGER }) satisfies Frame;
export const gap = (from: string, to: string): Gap => ({ op: "gap", from, to, missed: 3, reason: "retention" }) satisfies Frame;
