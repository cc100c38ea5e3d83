import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ends, Joiner, MOST_WAITING } from "../../../src/lanes/provider/order.ts";
import { batch, gap } from "./frames.ts";
import { beat } from "../../support/world.ts";

const places = (frames: readonly Frame[]): (string | undefined)[] => frames.map((frame) => ends(frame)?.to);

describe("the order of a provider's frames", () => {
  it("REL-14: in whatever order they come, and however often, each is shown once and in order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }).chain((size) => fc.tuple(fc.constant(size), fc.shuffledSubarray([...Array(size).keys()], { minLength: size }), fc.array(fc.nat(size - 1), { maxLength: 8 }))), ([size, order, repeats]) => {
        const joiner = new Joiner("p0");
        const shown = [...order, ...repeats].flatMap((number) => joiner.take(batch(`p${number}`, `p${number + 1}`)));
        expect(places(shown)).toEqual([...Array(size).keys()].map((number) => `p${number + 1}`));
        expect(joiner.position).toBe(`p${size}`);
        expect(joiner.missing).toBeNull();
      }),
    );
  });

  it("REL-14: what cannot join says how far to fetch, and joins once that is done", () => {
    const joiner = new Joiner("p0");
    expect(joiner.take(batch("p2", "p3"))).toEqual([]);
    expect(joiner.take(batch("p3", "p4"))).toEqual([]);
    expect(joiner.missing).toBe("p4");
    expect(joiner.reach("p4")).toEqual([]);
    expect(places(joiner.take(batch("p4", "p5")))).toEqual(["p5"]);
    joiner.drop();
    expect(joiner.missing).toBeNull();
  });

  it("REL-14: a gap joins as a batch does, a beat only where it is right, and what has no position at once", () => {
    const joiner = new Joiner("p0");
    expect(places(joiner.take(gap("p0", "p9")))).toEqual(["p9"]);
    expect(places(joiner.take(beat("p9")))).toEqual(["p9"]);
    expect(joiner.take(beat("p0"))).toEqual([]);
    expect(joiner.take(beat("p12"))).toEqual([]);
    expect(joiner.missing).toBe("p12");
    expect(joiner.take({ op: "forget", tokens: ["t"] })).toHaveLength(1);
    expect(places(joiner.reach("p12"))).toEqual(["p12"]);
  });

  it("REL-20: a frame that says again what another has said waits for nothing once its end is reached", () => {
    const joiner = new Joiner("p0");
    expect(places(joiner.take(batch("p0", "p1")))).toEqual(["p1"]);
    expect(joiner.take(batch("p0", "p3"))).toEqual([]);
    expect(joiner.missing).toBe("p3");
    expect(joiner.reach("p3")).toEqual([]);
    expect(joiner.missing).toBeNull();
    expect(places(joiner.take(batch("p3", "p4")))).toEqual(["p4"]);
  });

  it("REL-14: what waits is bounded", () => {
    const joiner = new Joiner("p0");
    for (let number = 5; number < MOST_WAITING * 2; number += 1) joiner.take(batch(`p${number}`, `p${number + 1}`));
    expect(joiner.reach("p5")).toEqual([]);
    expect(joiner.reach(`p${MOST_WAITING}`)).toHaveLength(MOST_WAITING);
  });
});
