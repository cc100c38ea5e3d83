import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { FrameEvent, Frame, Trace } from "../src/engine.ts";
import { answerOf, asked, OK, ofTraces, walkOf } from "../src/facts.ts";
import { feed, type Report, type Verdict } from "../src/index.ts";
import { Monitors, type Progress } from "../src/monitor.ts";
import { tracesOf } from "../src/scope.ts";
import { walksOf } from "../src/walk.ts";
import { batch, carried, judgeOf, planOf, runOf, T0, type Told } from "./support.ts";

const NAMES: readonly (readonly [string, readonly string[]])[] = [
  ["Viewed Landing Page", ["landing-page"]], ["view_item_list", ["product-list"]], ["view_item", ["product-page"]], ["add_to_cart", ["basket"]], ["begin_checkout", ["checkout"]],
  ["purchase", ["purchase"]], ["both", ["basket", "wishlist"]], ["VIEW_ITEM", []], ["scroll", []],
];
const PATHS = [["landing-page", "product-list"], ["product-page", "basket"], ["product-page", "basket", "checkout"], ["basket", "checkout", "purchase"], ["basket", "product-page"]];

/** Events of three visitors who may share a login, some partial, some without an identifier. */
const events = (times: fc.Arbitrary<number>): fc.Arbitrary<readonly Told[]> => fc.array(fc.record({
  what: fc.integer({ min: 0, max: NAMES.length - 1 }), at: times, occurred: times,
  who: fc.constantFrom([], ["a"], ["a"], ["b"], ["a", "u"], ["b", "u"], ["c"]), partial: fc.integer({ min: 0, max: 30 }), total: fc.integer({ min: 0, max: 2 }),
}), { maxLength: 14 }).map((all) => all.map(({ what, who, at, occurred, partial, total }, n): Told => {
  const [name, nodes] = NAMES[what]!;
  return { who, name, nodes, at: Math.max(at, occurred), occurred, id: `x${n}`, properties: { total }, flags: partial === 0 ? ["partial"] : [] };
}));

const CONDITIONS = ["node:purchase", "node:purchase -seen:basket", "seen:product-page", "is:unexpected", "is:step from:product-page", "is:near", "total>0", "is:entry -node:landing-page", "is:first node:basket", "node:checkout total>0 -from:basket", "is:stay,near", "-is:step,late"];
const PLAN = planOf({ spec: {
  format: "dagnet-realtime/expect@1", graph: "uk-checkout-journey",
  expect: [
    { lit: ["product-page"] }, { lit: ["product-page", "purchase"] }, { dark: ["wishlist"] }, { dark: ["basket", "purchase"] },
    ...PATHS.flatMap((path) => [{ path }, { path, of: "every" }, { order: path }, { order: path, of: "every" }]),
    { within: "3s", from: "product-page", to: "basket" }, { within: "1s", from: "basket", to: "purchase" },
    { count: "basket", is: 1 }, { count: "purchase", max: 1 }, { count: "product-page", min: 2 },
    ...CONDITIONS.flatMap((where) => [{ some: where }, { never: where }, { each: "purchase", where }]),
    { coverage: { nodes: "20%" } }, { coverage: { edges: "10%" } }, { coverage: { nodes: "30%", edges: "5%" } },
  ],
  policy: { near_misses: "fail", unmapped: "fail" },
} });

const told = (report: Report): unknown => report.items.map(({ title, verdict, text, details }: Verdict) => ({ title, verdict, text, details }));

/** The report on frames, judged between them as well if asked. */
function judged(frames: readonly Frame[], between = false, scope?: string): { end: Report; early: Report[] } {
  const run = runOf(scope === undefined ? {} : { scopes: { A: ["a"], B: ["b"] } }), judge = judgeOf(run, PLAN, scope);
  const early: Report[] = [];
  frames.forEach((frame, n) => {
    feed(run, frame, T0 + n);
    if (!between) return;
    const report = judge.report(false);
    expect(judge.waits()).toBe(report.items.some(({ waits }) => waits));
    early.push(report);
  });
  return { end: judge.report(true), early };
}

/** Frames of `all` cut where `cuts` say. */
function cut(all: readonly FrameEvent[], cuts: readonly boolean[]): Frame[] {
  const frames: Frame[] = [];
  let from = 0;
  all.forEach((_, n) => { if (cuts[n % Math.max(1, cuts.length)] === true || n === all.length - 1) { frames.push(batch(from, all.slice(from, n + 1))); from = n + 1; } });
  return frames;
}

const WHOLE = fc.integer({ min: 0, max: 12 });

describe("what a verdict does not depend on", () => {
  it("EXP-4: the order of arrival, if the log gives events their places", () => {
    fc.assert(fc.property(events(WHOLE).chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length }))), ([all, order]) => {
      const placed = all.map((one, n) => carried(one, n));
      const shuffled = order.map((n) => placed[n]!);
      for (const scope of [undefined, "A"]) expect(told(judged(cut(shuffled, [true]), false, scope).end)).toEqual(told(judged(cut(placed, [true]), false, scope).end));
    }), { numRuns: 30 });
  });

  it("EXP-4: the order of arrival, if no two events have one time", () => {
    fc.assert(fc.property(events(WHOLE).chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length }))), ([all, order]) => {
      const apart = order.map((n) => carried({ ...all[n]!, at: 100, occurred: order.length - n + all[n]!.occurred! / 20 }, n, false));
      const straight = [...apart].sort((x, y) => (x.id < y.id ? -1 : 1));
      expect(told(judged(cut(apart, [true])).end)).toEqual(told(judged(cut(straight, [true])).end));
    }), { numRuns: 20 });
  });

  it("EXP-4: how frames are cut, and how often they come", () => {
    fc.assert(fc.property(events(WHOLE), fc.array(fc.boolean(), { minLength: 1 }), fc.array(fc.boolean(), { minLength: 1 }), (all, cuts, doubles) => {
      const placed = all.map((one, n) => carried(one, n));
      const frames = cut(placed, cuts).flatMap((frame, n) => (doubles[n % doubles.length] === true ? [frame, frame] : [frame]));
      const again = cut(placed, doubles);
      expect(told(judged([...frames, ...again]).end)).toEqual(told(judged(cut(placed, [true])).end));
    }), { numRuns: 30 });
  });

  it("EXP-4: whether it was asked for before", () => {
    fc.assert(fc.property(events(WHOLE), fc.constantFrom(undefined, "A", "B"), (all, scope) => {
      const frames = cut(all.map((one, n) => carried(one, n)), [true]);
      expect(told(judged(frames, true, scope).end)).toEqual(told(judged(frames, false, scope).end));
    }), { numRuns: 20 });
  });

  it("EXP-4: whether something still waits, by a report or asked for alone", () => {
    fc.assert(fc.property(events(WHOLE), (all) => {
      const run = runOf({}), judge = judgeOf(run, PLAN);
      for (const [n, frame] of cut(all.map((one, at) => carried(one, at)), [true, false]).entries()) {
        feed(run, frame, T0 + n);
        expect(judge.waits()).toBe(judge.report(false).items.some(({ waits }) => waits));
      }
    }), { numRuns: 20 });
  });
});

describe("reading a trace visit by visit", () => {
  it("EXP-4: says what its whole walk says, though events come late or join two traces", () => {
    let compared = 0;
    fc.assert(fc.property(events(WHOLE).chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all.keys()], { minLength: all.length }))), ([all, order]) => {
      const run = runOf({}), { whole } = run;
      const checks = PLAN.items.map(({ check }) => check).filter(ofTraces).map((check) => asked(check, whole));
      const monitors = new Monitors(whole, checks), known = new Map<Trace, Progress>();
      const placed = all.map((one, n) => carried(one, n));
      for (const [n, frame] of cut(order.map((at) => placed[at]!), [true]).entries()) {
        feed(run, frame, T0 + n);
        for (const trace of tracesOf(whole)) {
          const progress = known.get(trace) ?? monitors.begin();
          known.set(trace, progress);
          for (const place of monitors.touched.subarray(0, monitors.look(progress, trace))) monitors.hold(progress, place, monitors.said[place] ?? 0);
          const said = checks.map((_, place) => monitors.held(progress, place)), walks = walksOf(whole.traces, trace), walk = walkOf(walks.first);
          checks.forEach((one, place) => {
            const answer = answerOf(whole, trace, one, walk);
            if (walks.tied > 0 && (answer & OK) === 0) return;
            expect({ check: one.check.kind, said: said[place] }).toEqual({ check: one.check.kind, said: answer });
            compared += 1;
          });
        }
      }
    }), { numRuns: 40 });
    expect(compared).toBeGreaterThan(10_000);
  });

  it("EXP-4: reads each event once, however long its trace and however often it is asked", () => {
    const run = runOf({}), judge = judgeOf(run, planOf({ spec: { format: "dagnet-realtime/expect@1", graph: "uk-checkout-journey", expect: [{ never: "is:unexpected" }, { lit: ["purchase"] }] } }));
    const looked = vi.spyOn(run.whole.byId, "get");
    const many = 300;
    for (let n = 0; n < many; n += 1) {
      feed(run, batch(n, [carried({ who: ["a"], name: "view_item", nodes: ["product-page"], at: n }, n)]), T0 + n);
      expect(judge.waits()).toBe(true);
    }
    expect(looked).toHaveBeenCalledTimes(many);
    expect(judge.report(true).items.map(({ verdict }) => verdict).slice(0, 2)).toEqual(["met", "failed"]);
  });
});

describe("what is judged early", () => {
  it("EXP-4: a verdict that is final early is that of the end, after any later event", () => {
    let final = 0;
    fc.assert(fc.property(events(WHOLE), fc.nat({ max: 14 }), (all, gap) => {
      const frames = cut(all.map((one, n) => carried(one, n)), [true]);
      if (gap < 4) frames.splice(gap, 0, { op: "gap", from: `g.${gap}`, to: `g.${gap + 1}`, missed: 3, reason: "" });
      const { end, early } = judged(frames, true);
      for (const report of early) report.items.forEach((item, n) => {
        if (!item.final) return;
        final += 1;
        expect({ title: item.title, verdict: item.verdict }).toEqual({ title: end.items[n]!.title, verdict: end.items[n]!.verdict });
      });
      expect(end.items.every(({ verdict, final: decided }) => verdict !== "open" && decided)).toBe(true);
    }), { numRuns: 30 });
    expect(final).toBeGreaterThan(50);
  });

  it("EXP-4: what is asked at the end is what is met before the end, if nothing more comes", () => {
    fc.assert(fc.property(events(WHOLE), (all) => {
      const { end, early } = judged(cut(all.map((one, n) => carried(one, n)), [true]), true);
      early.at(-1)?.items.forEach(({ title, verdict }, n) => { if (verdict === "met" || verdict === "failed") expect({ title, verdict }).toEqual({ title, verdict: end.items[n]!.verdict }); });
    }), { numRuns: 20 });
  });
});
