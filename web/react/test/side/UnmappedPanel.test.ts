// @vitest-environment jsdom

import { act } from "react";
import { describe, expect, it } from "vitest";
import { batch, GRAPH, hello } from "../../../app/test/support/page.ts";
import { addSample, NO_SAMPLES, rateOf, type Rates, useUnmapped } from "../../src/side/UnmappedPanel.tsx";
import { rendered } from "../support/render.tsx";

describe("useUnmapped", () => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

  it("unmapped names carry their rate, looked at once a second", () => {
    const { result, engine, store, environment } = rendered(useUnmapped);
    engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
    engine.dispatch({ kind: "frame", frame: hello });
    for (let second = 1; second <= 4; second += 1) {
      engine.dispatch({ kind: "frame", frame: batch(second - 1, `u${second}`, [], "scroll") });
      environment.time += 1000;
      act(() => { store.setState({ numbersTick: second }); });
    }
    expect(result.current.names).toMatchObject([{ name: "scroll", count: 4 }]);
    expect(rateOf(result.current.rates, "scroll")).toBe(1);
  });
});

describe("rates", () => {
  const counts = (n: number): Map<string, number> => new Map([["a", n]]);

  describe("rates from counts", () => {
    it("looks back over ten seconds and no further", () => {
      let rates: Rates = NO_SAMPLES;
      for (let second = 0; second <= 30; second += 1) rates = addSample(rates, second * 1000, counts(second < 20 ? 0 : (second - 20) * 5));
      expect(rates.samples).toHaveLength(11);
      expect(rateOf(rates, "a")).toBe(5);
      expect(rateOf(rates, "unknown")).toBe(0);
    });

    it("says nothing from one look, and stands while the clock does", () => {
      const once = addSample(NO_SAMPLES, 0, counts(9));
      expect(rateOf(once, "a")).toBe(0);
      expect(addSample(once, 100, counts(99))).toBe(once);
    });

    it("begins anew after a Clear or a clock that goes back", () => {
      const twice = addSample(addSample(NO_SAMPLES, 5000, counts(9)), 6000, counts(0));
      expect(rateOf(twice, "a")).toBe(0);
      expect(addSample(twice, 1000, counts(1)).samples).toHaveLength(1);
    });
  });
});
