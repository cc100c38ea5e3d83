import { describe, expect, it } from "vitest";
import { sourceLines, viewLines } from "../../src/bar/LedgerLists.tsx";

const value = (lines: readonly { word: string; value: number; sum: boolean }[], sum: boolean): number => lines.filter((line) => line.sum === sum).reduce((all, line) => all + line.value, 0);

describe("the ledgers as lines", () => {
  it("PIC-49: the parts shown sum to what was received", () => {
    const lines = sourceLines({ received: 10, refused: { unauthorized: 2, invalid: 1 }, rate_limited: 1, unwatched: 1, duplicate: 2, taken: 3 });
    expect(value(lines, false)).toBe(10);
    expect(lines.map(({ word }) => word)).toContain("refused: unauthorized");
    expect(sourceLines({ received: 1, refused: {}, rate_limited: 0, unwatched: 0, duplicate: 0, taken: 1 }).map(({ word }) => word)).toEqual(["received", "kept"]);
  });

  it("STR-16: records of a stream that were left unread stand beside the sum", () => {
    const lines = sourceLines({ received: 1, refused: {}, rate_limited: 0, unwatched: 0, duplicate: 0, taken: 1, gaps: 2 });
    expect(lines.at(-1)).toEqual({ word: "times that records of the stream were left unread", value: 2, sum: false });
  });

  it("PIC-49: what was offered, and what of it was carried, stand as sums with their parts", () => {
    const lines = viewLines({ offered: 10, lit: 6, unmapped: 2, filtered: 1, missed: 1, carried: 4, thinned: 2, sampled_out: 1, forgotten: 1 });
    expect(lines.filter(({ sum }) => sum).map(({ value: n }) => n)).toEqual([10, 4]);
    expect(value(lines, false)).toBe(10 + 4);
  });
});
