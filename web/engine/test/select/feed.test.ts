import { describe, expect, it } from "vitest";
import { feed, row, rowOfMessage } from "../../src/select/feed.ts";
import { after, batch, event, frame, on } from "../support.ts";

describe("feed", () => {
  it("ENG-10: the feed is newest first, in pages, and knows how many there are", () => {
    const sent = Array.from({ length: 5 }, () => event("a")), state = after([on(), frame(0, batch(0, sent))], { events: 4 });
    expect(feed(state, { start: 0, count: 2 }).rows.map((one) => one.id)).toEqual([sent[4]?.id, sent[3]?.id]);
    expect(feed(state, { start: 3, count: 9 })).toMatchObject({ total: 4, rows: [{ id: sent[1]?.id }] });
    expect(feed(state, { start: 99, count: 9 }).rows).toEqual([]);
    expect(feed(state, { start: -5, count: 1 }).rows).toHaveLength(1);
    expect([row(state, 4)?.id, row(state, 0), rowOfMessage(state, sent[2]?.id ?? "")?.row, rowOfMessage(state, "unknown")]).toEqual([sent[4]?.id, null, 2, null]);
  });
});
