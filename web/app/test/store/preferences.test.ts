import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FEED, readPreferences, writePreferences, storageOrNull, SIDE } from "../../src/store/preferences.ts";

function memory(text: string | null = null) {
  const kept = { text };
  return { kept, getItem: () => kept.text, setItem: (_key: string, value: string) => void (kept.text = value) };
}

describe("what the browser remembers", () => {
  it("PIC-47: panels and theme come back as they were", () => {
    const kept = memory();
    const was = { ...readPreferences(null, false), sideWidth: 400, feedOpen: false, feedColumns: { event: 240, lag: 0 }, theme: "light" as const, tab: "unmapped" as const, place: "w/e/g" };
    writePreferences(kept, was);
    expect(readPreferences(kept, false)).toEqual(was);
  });

  it("PIC-47: with any stored text the screen stays usable", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const read = readPreferences(memory(text), true);
        expect(read.sideWidth).toBeGreaterThanOrEqual(SIDE.least);
        expect(read.feedHeight).toBeLessThanOrEqual(FEED.most);
        expect(Object.values(read.feedColumns).every((width) => width >= 0)).toBe(true);
        expect(["dark", "light"]).toContain(read.theme);
      }),
    );
  });

  it("starts with the system's theme", () => {
    expect(readPreferences(null, true).theme).toBe("light");
    expect(readPreferences(memory("{}"), false).theme).toBe("dark");
  });

  it("a browser that forbids storage costs comfort only", () => {
    const denied = (): never => {
      throw new DOMException("denied", "SecurityError");
    };
    expect(storageOrNull(denied)).toBeNull();
    expect(() => {
      writePreferences({ getItem: () => null, setItem: denied }, readPreferences(null, false));
    }).not.toThrow();
  });
});
