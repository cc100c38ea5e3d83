import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addToWindow, allowFlash, countLocal, countRemote, createActivity, createDualCounter, createFlashLimiter, createHeatScale, createRateWindow, displayed, FAINT, glowOf, HALF_LIFE_MS, heatAt, levelOf, NODE_INTERVAL_MS, PULSE_AREA, recordHits, removeFromWindow, removeHit, SAFE_AREA, SINGLE_EVENT_GLOW, steadyRate, topRate, uncountLocal, windowBuckets, windowRate } from "../src/activity.ts";
import { T0 } from "./support.ts";

describe("window", () => {
  it("ENG-5: the rate is what the last ten seconds brought, by the second", () => {
    const window = createRateWindow(500, 20);
    for (let ms = 0; ms < 20_000; ms += 100) addToWindow(window, T0 + ms, 1);
    expect(windowRate(window, T0 + 19_999, T0)).toBeCloseTo(10, 1);
    expect(windowRate(window, T0 + 40_000, T0)).toBe(0);
  });

  it("ENG-5: just after On the rate is over the time that has passed", () => {
    const window = createRateWindow(500, 20);
    addToWindow(window, T0 + 100, 30);
    expect(windowRate(window, T0 + 200, T0)).toBe(30);
    expect(windowRate(window, T0 + 3000, T0)).toBe(10);
  });

  it("ENG-5: a sparkline has a point for each bucket, though events come late, early or not at all", () => {
    fc.assert(fc.property(fc.array(fc.record({ at: fc.integer({ min: -1000, max: 100_000 }), n: fc.integer({ min: 0, max: 5 }) })), fc.integer({ min: 0, max: 120_000 }), (all, now) => {
      const window = createRateWindow(1000, 60);
      for (const { at, n } of all) addToWindow(window, at, n);
      const points = windowBuckets(window, now);
      expect(points).toHaveLength(60);
      expect(points.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(all.reduce((sum, { n }) => sum + n, 0));
    }));
  });

  it("ENG-5: what is taken back is counted no more, and nothing falls below zero", () => {
    const window = createRateWindow(100, 4);
    addToWindow(window, 50, 2);
    for (const at of [50, 60, 70, -1, 250]) removeFromWindow(window, at);
    expect(windowBuckets(window, 50)).toEqual([0, 0, 0, 0]);
    addToWindow(window, 450, 1);
    removeFromWindow(window, 50);
    expect(windowBuckets(window, 450)).toEqual([0, 0, 0, 1]);
  });
});

describe("tally", () => {
  it("ENG-3: the union is never less than either lane and never more than both", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("local" as const), came: fc.boolean() }),
      fc.record({ kind: fc.constant("remote" as const), twins: fc.nat(5), uncarried: fc.nat(5), others: fc.nat(5) }),
    );
    fc.assert(fc.property(fc.array(step), (steps) => {
      const tally = createDualCounter();
      let carriedTwins = 0;
      for (const one of steps) {
        if (one.kind === "local") {
          const came = one.came && tally.remote - carriedTwins > 0;
          if (came) carriedTwins += 1;
          countLocal(tally, came);
          continue;
        }
        const twins = Math.min(one.twins, tally.pendingLocal);
        carriedTwins += twins;
        const fresh = countRemote(tally, twins + one.uncarried + one.others, twins, one.uncarried);
        expect(fresh).toBeGreaterThanOrEqual(one.others);
      }
      expect(displayed(tally)).toBeGreaterThanOrEqual(Math.max(tally.local, tally.remote) - carriedTwins);
      expect(displayed(tally)).toBeGreaterThanOrEqual(tally.remote);
      expect(displayed(tally)).toBeLessThanOrEqual(tally.local + tally.remote);
      expect(tally.pendingLocal).toBeGreaterThanOrEqual(0);
    }));
  });

  it("ENG-3: a local hit and its carried twin count once, in either order", () => {
    const localFirst = createDualCounter();
    countLocal(localFirst, false);
    expect(countRemote(localFirst, 1, 1, 0)).toBe(0);
    const remoteFirst = createDualCounter();
    expect(countRemote(remoteFirst, 1, 0, 0)).toBe(1);
    countLocal(remoteFirst, true);
    expect([displayed(localFirst), displayed(remoteFirst)]).toEqual([1, 1]);
  });

  it("ENG-3: a remote hit that was counted but not carried is taken for a local hit that waits", () => {
    const tally = createDualCounter();
    countLocal(tally, false);
    expect(countRemote(tally, 3, 0, 3)).toBe(2);
    expect(displayed(tally)).toBe(3);
  });

  it("ENG-3: a local hit that is taken back leaves what the remote lane counted", () => {
    const tally = createDualCounter();
    countLocal(tally, false);
    uncountLocal(tally);
    expect(tally).toEqual(createDualCounter());
    countLocal(tally, false);
    countRemote(tally, 1, 1, 0);
    uncountLocal(tally);
    expect([displayed(tally), tally.local, tally.pendingLocal]).toEqual([1, 0, 0]);
    uncountLocal(tally);
    expect(tally).toEqual({ remote: 1, local: 0, pendingLocal: 0 });
  });
});

/** A small generator of numbers in (0, 1], the same at each run. */
function randomly(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 2 ** 32;
  };
}

describe("light", () => {
  it("ENG-5: heat settles at the rate and halves in a second and a half", () => {
    const activity = createActivity();
    for (let ms = 0; ms < 30_000; ms += 10) recordHits(activity, T0 + ms, 1);
    expect(heatAt(activity, T0 + 30_000)).toBeGreaterThan(98);
    expect(heatAt(activity, T0 + 30_000)).toBeLessThan(102);
    expect(heatAt(activity, T0 + 29_990 + HALF_LIFE_MS) / heatAt(activity, T0 + 29_990)).toBeCloseTo(0.5);
  });

  it("ENG-5: the level is logarithmic, 0 up to one hit in 20 s and 1 at the scale's end", () => {
    expect([levelOf(0, 1), levelOf(0.05, 1), levelOf(1, 1), levelOf(100, 100), levelOf(1e9, 2)]).toEqual([0, 0, 1, 1, 1]);
    expect(levelOf(5, 100)).toBeCloseTo(Math.log(100) / Math.log(2000));
    expect(levelOf(1, 0)).toBe(1);
  });

  it("ENG-5: the scale ends at the largest rate of the last minute, grows at once and shrinks over half a minute", () => {
    const scale = createHeatScale(), busy = createActivity(scale), slow = createActivity(scale);
    expect(topRate(scale, T0)).toBe(1);
    recordHits(slow, T0, 1);
    expect(topRate(scale, T0)).toBe(1);
    for (let ms = 0; ms <= 10_000; ms += 10) recordHits(busy, T0 + ms, 1);
    const top = topRate(scale, T0 + 10_000);
    expect(top).toBeGreaterThan(95);
    expect(levelOf(steadyRate(busy, T0 + 10_000), top)).toBeGreaterThan(0.99);
    const later = Array.from({ length: 50 }, (_, s) => topRate(scale, T0 + 60_000 + s * 1000));
    expect(later[0]).toBe(top);
    expect(later.at(-1)).toBe(1);
    for (const [i, one] of later.entries()) expect((later[i - 1] ?? top) / one).toBeLessThan(1.2);
    recordHits(busy, T0 + 200_000, 7);
    expect(topRate(scale, T0 + 200_000)).toBeCloseTo(Math.max(1, steadyRate(busy, T0 + 200_000)));
    recordHits(busy, T0 + 100_000, 500);
    expect(topRate(scale, T0 + 200_000)).toBeLessThan(5);
  });

  it("ENG-5: slow nodes keep their order between their events, and silent ones go dark within 40 s", () => {
    for (const seed of [1, 2, 3]) {
      const chance = randomly(seed);
      const rates = [0.05, 0.2, 0.8, 3, 12, 100];
      const nodes = rates.map((rate) => ({ rate, activity: createActivity(), due: T0 - Math.log(chance()) / rate * 1000 }));
      const wrong = { moments: 0, pairs: 0 };
      for (let at = T0; at < T0 + 300_000; at += 50) {
        for (const node of nodes) for (; node.due <= at; node.due -= Math.log(chance()) / node.rate * 1000) recordHits(node.activity, at, 1);
        if (at < T0 + 60_000) continue;
        const levels = nodes.map(({ activity }) => levelOf(steadyRate(activity, at), 110));
        wrong.moments += 1;
        wrong.pairs += levels.filter((level, i) => level < (levels[i - 1] ?? 0)).length;
      }
      expect(wrong.pairs / (wrong.moments * 5), `seed ${seed}`).toBeLessThan(0.04);
      for (const { activity } of nodes) expect(steadyRate(activity, (activity.lastAt ?? 0) + 40_000)).toBeLessThanOrEqual(0.05);
    }
  });

  it("ENG-5: events told in one frame, and one by one in a millisecond, are of one rate", () => {
    const whole = createActivity(), single = createActivity();
    for (let at = T0; at < T0 + 60_000; at += 2000) {
      recordHits(whole, at, 4);
      for (let n = 0; n < 4; n++) recordHits(single, at, 1);
    }
    expect(steadyRate(whole, T0 + 59_000)).toBeGreaterThan(1);
    expect(steadyRate(whole, T0 + 59_000)).toBeLessThan(3);
    expect(steadyRate(single, T0 + 59_000) / steadyRate(whole, T0 + 59_000)).toBeLessThan(2);
  });

  it("ENG-5: a single event is seen, and fades by half in four seconds", () => {
    expect(glowOf(0, 0)).toBe(SINGLE_EVENT_GLOW);
    expect(glowOf(0, 4000)).toBe(SINGLE_EVENT_GLOW / 2);
    expect(glowOf(0, null)).toBe(0);
  });

  it("ENG-5: of two nodes with a fresh event the busier one glows more", () => {
    for (const age of [0, 500, 3000]) {
      const glows = Array.from({ length: 21 }, (_, i) => glowOf(i / 20, age));
      for (const [i, glow] of glows.entries()) expect(glow).toBeGreaterThan(i === 0 ? 0 : glows[i - 1] ?? 0);
      expect(glows.at(-1)).toBe(1);
    }
  });

  it("ENG-5: what came long ago brightens as little as if it had been told in time", () => {
    const activity = createActivity();
    recordHits(activity, T0, 1);
    const before = activity.heat;
    recordHits(activity, T0 - 60_000, 1);
    expect(activity.heat).toBeCloseTo(before);
    expect(activity.lastAt).toBe(T0);
  });

  it("ENG-5: a hit that is taken back leaves the light as it was without it", () => {
    const activity = createActivity(), plain = createActivity();
    recordHits(activity, T0, 1);
    recordHits(plain, T0, 1);
    recordHits(activity, T0 + 300, 1);
    removeHit(activity, T0 + 300, T0);
    expect(heatAt(activity, T0 + 900)).toBeCloseTo(heatAt(plain, T0 + 900), 9);
    expect([activity.lastAt, windowBuckets(activity.window, T0 + 900)]).toEqual([plain.lastAt, windowBuckets(plain.window, T0 + 900)]);
  });
});

describe("flash", () => {
  const traffic = fc.array(fc.record({ node: fc.nat(60), wait: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(900)), heat: fc.double({ min: 0, max: 1e6 }), area: fc.integer({ min: 100, max: 9000 }) }), { maxLength: 400 });

  it("ENG-21: under any traffic no node rings more than 2.5 times a second and no second's rings cover more than the safe area", () => {
    fc.assert(fc.property(traffic, (all) => {
      const flashes = createFlashLimiter();
      const rings: { node: string; at: number; strength: number; area: number }[] = [];
      let at = 0;
      for (const { node, wait, heat, area } of all) {
        at += wait;
        const strength = allowFlash(flashes, `n${node}`, at, heat, area);
        if (strength > 0) rings.push({ node: `n${node}`, at, strength, area });
      }
      for (const [n, one] of rings.entries()) {
        const second = rings.slice(n).filter((other) => other.at - one.at <= 1000);
        expect(second.filter((other) => other.node === one.node).length).toBeLessThanOrEqual(3);
        expect(second.filter((other) => other.node === one.node && other !== one).every((other) => other.at - one.at >= NODE_INTERVAL_MS)).toBe(true);
        expect(second.filter((other) => other.strength > FAINT).reduce((sum, other) => sum + other.area, 0)).toBeLessThanOrEqual(SAFE_AREA);
      }
    }));
  });

  it("ENG-21: a ring fades from 0.9 to 0.25 as the node heats up", () => {
    const flashes = createFlashLimiter();
    expect(allowFlash(flashes, "a", 0, 0)).toBe(0.9);
    expect(allowFlash(flashes, "a", 400, 200)).toBeCloseTo(0.25);
    expect(allowFlash(flashes, "a", 799, 0)).toBe(0);
  });

  it("ENG-21: a faint ring changes less than a tenth of full luminance, and a bad area is faint", () => {
    expect(FAINT).toBeLessThan(0.1);
    expect(allowFlash(createFlashLimiter(), "a", 0, 0, NaN)).toBe(FAINT);
    expect(allowFlash(createFlashLimiter(), "a", 0, 0, SAFE_AREA + 1)).toBe(FAINT);
  });

  it("ENG-21: a quiet graph rings at full strength, and a clock that runs backwards gives none", () => {
    const flashes = createFlashLimiter();
    for (let n = 0; n < SAFE_AREA / PULSE_AREA - 1; n++) expect(allowFlash(flashes, `n${n}`, 1000 + n, 0)).toBe(0.9);
    expect(allowFlash(flashes, "n0", 0, 0)).toBe(0);
  });

  it("ENG-21: what is remembered is bounded", () => {
    const flashes = createFlashLimiter();
    for (let n = 0; n < 50_000; n++) allowFlash(flashes, `n${n}`, n * 5, 0);
    expect(flashes.last.size).toBeLessThan(2200);
    expect(flashes.begun.length).toBeLessThan(30);
  });
});
