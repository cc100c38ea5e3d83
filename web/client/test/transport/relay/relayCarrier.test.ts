import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkAssembler, MOST_EARLY_FRAMES, MOST_OPEN_MESSAGES, RELAY_SUBSCRIBE_MS, REORDER_MS, Resequencer, spanOf } from "../../../src/transport/relay/relayCarrier.ts";
import { HIDDEN_MS } from "../../../src/transport/remoteTransport.ts";
import { HEARTBEAT_MS, RELAY_CHECK_MS, RELAY_STALE_MS, STALE_MS } from "@dagnet-realtime/engine/wire.gen";
import { beat } from "../../support/environment.ts";
import { batch, gap } from "../../support/frames.ts";

describe("road", () => {
  describe("the road through a provider", () => {
    it("REL-15: gives up before the lane would call it stale, and asks well inside a lease", () => {
      expect(RELAY_STALE_MS).toBeLessThan(STALE_MS);
      expect(RELAY_STALE_MS).toBeGreaterThan(HEARTBEAT_MS);
      expect(RELAY_CHECK_MS).toBeLessThan(RELAY_STALE_MS);
      expect(RELAY_SUBSCRIBE_MS).toBeLessThan(6_000);
      expect(REORDER_MS).toBeLessThan(HIDDEN_MS);
    });
  });
});

describe("order", () => {
  const places = (frames: readonly Frame[]): (string | undefined)[] => frames.map((frame) => spanOf(frame)?.to);

  describe("the order of a provider's frames", () => {
    it("REL-15: in any order of arrival, and however often, each is shown once and in order", () => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 12 }).chain((size) => fc.tuple(fc.constant(size), fc.shuffledSubarray([...Array(size).keys()], { minLength: size }), fc.array(fc.nat(size - 1), { maxLength: 8 }))), ([size, order, repeats]) => {
          const joiner = new Resequencer("p0");
          const shown = [...order, ...repeats].flatMap((number) => joiner.accept(batch(`p${number}`, `p${number + 1}`)));
          expect(places(shown)).toEqual([...Array(size).keys()].map((number) => `p${number + 1}`));
          expect(joiner.position).toBe(`p${size}`);
          expect(joiner.missing).toBeNull();
        }),
      );
    });

    it("REL-15: what cannot join says how far to fetch, and joins once that is done", () => {
      const joiner = new Resequencer("p0");
      expect(joiner.accept(batch("p2", "p3"))).toEqual([]);
      expect(joiner.accept(batch("p3", "p4"))).toEqual([]);
      expect(joiner.missing).toBe("p4");
      expect(joiner.advanceTo("p4")).toEqual([]);
      expect(places(joiner.accept(batch("p4", "p5")))).toEqual(["p5"]);
      joiner.dropLast();
      expect(joiner.missing).toBeNull();
    });

    it("REL-15: a gap joins as a batch does, a beat only if it is right, and what has no position at once", () => {
      const joiner = new Resequencer("p0");
      expect(places(joiner.accept(gap("p0", "p9")))).toEqual(["p9"]);
      expect(places(joiner.accept(beat("p9")))).toEqual(["p9"]);
      expect(joiner.accept(beat("p0"))).toEqual([]);
      expect(joiner.accept(beat("p12"))).toEqual([]);
      expect(joiner.missing).toBe("p12");
      expect(joiner.accept({ op: "forget", tokens: ["t"] })).toHaveLength(1);
      expect(places(joiner.advanceTo("p12"))).toEqual(["p12"]);
    });

    it("REL-20: a frame that says again what another has said waits for nothing once its end is reached", () => {
      const joiner = new Resequencer("p0");
      expect(places(joiner.accept(batch("p0", "p1")))).toEqual(["p1"]);
      expect(joiner.accept(batch("p0", "p3"))).toEqual([]);
      expect(joiner.missing).toBe("p3");
      expect(joiner.advanceTo("p3")).toEqual([]);
      expect(joiner.missing).toBeNull();
      expect(places(joiner.accept(batch("p3", "p4")))).toEqual(["p4"]);
    });

    it("REL-15: what waits is bounded", () => {
      const joiner = new Resequencer("p0");
      for (let number = 5; number < MOST_EARLY_FRAMES * 2; number += 1) joiner.accept(batch(`p${number}`, `p${number + 1}`));
      expect(joiner.advanceTo("p5")).toEqual([]);
      expect(joiner.advanceTo(`p${MOST_EARLY_FRAMES}`)).toHaveLength(MOST_EARLY_FRAMES);
    });
  });
});

describe("pieces", () => {
  describe("pieces of a long message", () => {
    it("REL-3: join in any order of arrival, beside others", () => {
      const whole = chunkAssembler();
      expect(whole("aa 1 3  b")).toBeNull();
      expect(whole("bb 0 1 alone")).toBe("alone");
      expect(whole("aa 0 3 a")).toBeNull();
      expect(whole("aa 1 3  b")).toBeNull();
      expect(whole("aa 2 3 c\n")).toBe("a bc\n");
      expect(whole("aa 2 3 c\n")).toBeNull();
    });

    it("REL-3: what is no piece is passed over", () => {
      const whole = chunkAssembler();
      for (const text of ["", "{}", "aa 3 3 x", "aa 0 0 x", "aa 0 9999 x", "aa -1 3 x", "aa 0 3", `${"a".repeat(99)} 0 1 x`]) expect(whole(text)).toBeNull();
      expect(whole("aa 0 2 x")).toBeNull();
      expect(whole("aa 1 3 y")).toBeNull();
    });

    it("REL-3: a message that lost a piece is forgotten in time", () => {
      const whole = chunkAssembler();
      whole("lost 0 2 a");
      for (let number = 0; number < MOST_OPEN_MESSAGES; number += 1) whole(`m${number} 0 2 a`);
      expect(whole("lost 1 2 b")).toBeNull();
      expect(whole(`m${MOST_OPEN_MESSAGES - 1} 1 2 b`)).toBe("ab");
    });
  });
});
