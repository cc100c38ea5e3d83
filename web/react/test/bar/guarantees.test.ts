import type { Guarantees } from "@dagnet-realtime/engine/wire.gen";
import { describe, expect, it } from "vitest";
import { guaranteeChips, keptText, shownText } from "../../src/bar/guarantees.ts";

const POLICY = { identity: "token", sample: 1, carried_per_second: 500, dedupe_window: 14_400, dedupe_entries: 1_000_000, retention: 900, properties: ["checkout_*"], deny: [], trace: [], redacted: true, exact_counts: true, filtered: "server", notes: [] } as Guarantees;
const WHOLE = { policy: null, sampling: 1, threshold: 1, thinned: false, sampled: false, thinnedAt: null, imposedAt: 0, limited: [] };

describe("the posture in plain words", () => {
  it("PIC-49: says nothing if nothing is left out", () => {
    expect(guaranteeChips(WHOLE)).toEqual([]);
    expect(guaranteeChips({ ...WHOLE, policy: { ...POLICY, redacted: false } })).toEqual([]);
  });

  it("WEB-12: what the server notes about this view stands first", () => {
    const chips = guaranteeChips({ ...WHOLE, policy: { ...POLICY, notes: ["graphs/a.json is gone."] } });
    expect(chips.map(({ word }) => word)).toEqual(["1 note", "listed fields kept"]);
    expect(chips[0]?.says).toEqual(["graphs/a.json is gone."]);
  });

  it("PIC-49: says which part of the visitors is shown, and how many fields are kept", () => {
    expect([1 / 3, 0.1, 0.8, 0].map(shownText)).toEqual(["showing 1 in 3 visitors", "showing 1 in 10 visitors", "showing 80.0% of visitors", "showing counts only"]);
    expect([[], ["price"], ["price", "device"], ["price", "checkout_*"]].map(keptText)).toEqual(["no extra fields kept", "1 field kept", "2 fields kept", "listed fields kept"]);
  });

  it("PIC-49: a filter that runs at the server is said", () => {
    expect(guaranteeChips(WHOLE, "type:track")).toMatchObject([{ key: "filtered", says: [expect.stringContaining("type:track")] }]);
  });

  it("PIC-49: says since when", () => {
    const at = new Date(2026, 0, 2, 14, 32, 7).getTime();
    const chips = guaranteeChips({ ...WHOLE, policy: POLICY, sampling: 0.25, thinned: true, sampled: true, thinnedAt: at, imposedAt: at + 1000 });
    expect(chips.map(({ says }) => says.filter((line) => line.includes("14:32")).join())).toEqual(["It began at 14:32:07.", "So since 14:32:08.", "So since 14:32:08."]);
  });

  it("PIC-49: a source that is turned away for its rate is said, with how many events", () => {
    const chips = guaranteeChips({ ...WHOLE, limited: [{ source: "web", events: 1200 }, { source: "app", events: 1 }] });
    expect(chips).toMatchObject([{ word: "rate limited", says: [expect.stringContaining("web sent faster than it may: so far 1,200 events were"), expect.stringContaining("1 event was")] }]);
  });

  it("PIC-49: says what is left out, sampled and kept, and what stays exact", () => {
    const chips = guaranteeChips({ ...WHOLE, policy: POLICY, sampling: 0.25, threshold: 0.4, thinned: true, sampled: true });
    expect(chips.map(({ word }) => word)).toEqual(["showing 40.0% of visitors", "sampled 25.0%", "listed fields kept"]);
    const words = chips.flatMap(({ says }) => says).join(" ");
    for (const part of ["Counts and rates are still exact", "40.0% of the visitors", "500 events", "checkout_*", "tokens", "4 h 0 m"]) expect(words).toContain(part);
  });

  it("FUN-13: says in plain words what is not counted, and claims nothing exact", () => {
    const chips = guaranteeChips({ ...WHOLE, sampling: 0.5, sampled: true, policy: { ...POLICY, exact_counts: false } });
    expect(chips.map(({ word }) => word)).toEqual(["uncounted", "sampled 50.0%", "listed fields kept"]);
    const words = chips.flatMap(({ says }) => says).join(" ");
    for (const part of ["no server of ours hears them", "how much it was is unknown", "paid for, whether anyone watches or not", "no one counts them", "kept anywhere but in this browser"]) expect(words).toContain(part);
    expect(words).not.toMatch(/exact|counted once/);
  });
});
