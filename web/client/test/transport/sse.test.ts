import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MESSAGE_LIMIT, reader } from "../../src/transport/sse.ts";

describe("Server-Sent Events", () => {
  it("HUB-7: reads the same messages however the text is cut", () => {
    const text = ": hello\r\nid: a\r\ndata: one\r\n\r\nid: b\ndata: two\ndata: more\n\nid: c\rdata:three\r\r";
    const whole = [
      { id: "a", data: "one" },
      { id: "b", data: "two\nmore" },
      { id: "c", data: "three" },
    ];
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: text.length }), { maxLength: 8 }), (cuts) => {
        const read = reader();
        const at = [0, ...cuts.sort((a, b) => a - b), text.length];
        const got = at.slice(1).flatMap((end, index) => read(text.slice(at[index], end)));
        got.push(...read("\n"));
        expect(got).toEqual(whole);
      }),
    );
  });

  it("ignores comments, unknown fields and messages without data", () => {
    expect(reader()(": beat\nevent: x\nretry: 5\n\nid: 1\n\n")).toEqual([]);
  });

  it("gives up on a message that never ends rather than growing", () => {
    const read = reader();
    expect(() => read(`data: ${"x".repeat(MESSAGE_LIMIT + 1)}`)).toThrow(RangeError);
  });
});
