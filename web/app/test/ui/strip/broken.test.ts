import { describe, expect, it } from "vitest";
import { OFF, type LaneState } from "../../../src/lanes/lane.ts";
import { clock } from "../../../src/ui/format.ts";
import { brokenWords } from "../../../src/ui/strip/broken.ts";

const at = Date.UTC(2026, 10, 28, 12, 0, 0);
const lane = (more: Partial<LaneState>): LaneState => ({ ...OFF, connection: "stale", since: at, lastFrameAt: at - 20_000, ...more });

describe("what the strip says of a broken road", () => {
  it("PIC-23: since when, and what is being done", () => {
    expect(brokenWords(lane({ retryAt: at + 3500 }), at)).toBe(`last heard at ${clock(at - 20_000)} · trying again in 4 s`);
    expect(brokenWords(lane({ connection: "reconnecting" }), at)).toBe(`last heard at ${clock(at - 20_000)} · trying again`);
    expect(brokenWords(lane({ lastFrameAt: null, retryAt: at - 1 }), at)).toBe(`nothing heard since ${clock(at)} · trying again`);
  });

  it("nothing while frames come", () => {
    for (const connection of ["live", "polling", "off", "connecting", "replay"] as const) expect(brokenWords(lane({ connection }), at)).toBeNull();
  });
});
