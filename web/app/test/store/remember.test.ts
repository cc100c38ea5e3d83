import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FEED, recall, remember, shelf, SIDE } from "../../src/store/remember.ts";

function memory(text: string | null = null) {
  const kept = { text };
  return { kept, getItem: () => kept.text, setItem: (_key: string, value: string) => void (kept.text = value) };
}

describe("what the browser remembers", () => {
  it("PIC-47: panels and theme come back as they were", () => {
    const kept = memory();
    const was = { ...recall(null, false), sideWidth: 400, feedOpen: false, theme: "light" as const, tab: "unmapped" as const, place: "w/e/g" };
    remember(kept, was);
    expect(recall(kept, false)).toEqual(was);
  });

  it("PIC-47: whatever stands there, the screen stays usable", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read = recall(memory(text), true);
        expect(read.sideWidth).toBeGreaterThanOrEqual(SIDE.least);
        expect(read.feedHeight).toBeLessThanOrEqual(FEED.most);
        expect(["dark", "light"]).toContain(read.theme);
      }),
    );
  });

  it("starts with the system's theme", () => {
    expect(recall(null, true).theme).toBe("light");
    expect(recall(memory("{}"), false).theme).toBe("dark");
  });

  it("a browser that forbids storage costs comfort only", () => {
    const denied = (): never => {
      throw new DOMException("denied", "SecurityError");
    };
    expect(shelf(denied)).toBeNull();
    expect(() => {
      remember({ getItem: () => null, setItem: denied }, recall(null, false));
    }).not.toThrow();
  });
});
