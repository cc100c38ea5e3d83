import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addToWindow, allowFlash, countLocal, countRemote, createActivity, createDualCounter, createFlashLimiter, createRateWindow, displayed, FAINT, glowOf, HALF_LIFE_MS, heatAt, levelOf, NODE_INTERVAL_MS, PULSE_AREA, recordHits, removeFromWindow, removeHit, SAFE_AREA, SINGLE_EVENT_GLOW, uncountLocal, windowBuckets, windowRate } from "../src/activity.ts";
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

  it("ENG-5: a sparkline has a point for each bucket, whatever came late, early or not at all", () => {
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

describe("light", () => {
  it("ENG-5: heat settles at the rate and halves in a second and a half", () => {
    const activity = createActivity();
    for (let ms = 0; ms < 30_000; ms += 10) recordHits(activity, T0 + ms, 1);
    expect(heatAt(activity, T0 + 30_000)).toBeGreaterThan(98);
    expect(heatAt(activity, T0 + 30_000)).toBeLessThan(102);
    expect(heatAt(activity, T0 + 29_990 + HALF_LIFE_MS) / heatAt(activity, T0 + 29_990)).toBeCloseTo(0.5);
  });

  it("ENG-5: the level is logarithmic, 0 in the dark and 1 from 200 hits a second", () => {
    expect([levelOf(0), levelOf(200), levelOf(1e9)]).toEqual([0, 1, 1]);
    expect(levelOf(10)).toBeCloseTo(Math.log1p(10) / Math.log1p(200));
  });

  it("ENG-5: a single event is seen, and fades by half in four seconds", () => {
    expect(glowOf(0, 0)).toBe(SINGLE_EVENT_GLOW);
    expect(glowOf(0, 4000)).toBe(SINGLE_EVENT_GLOW / 2);
    expect(glowOf(0.9, 0)).toBe(0.9);
    expect(glowOf(0, null)).toBe(0);
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

  it("ENG-21: whatever the traffic, no node rings more than 2.5 times a second and no second's rings cover more than the safe area", () => {
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
