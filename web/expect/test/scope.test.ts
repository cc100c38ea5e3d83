import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FrameEvent } from "../src/engine.ts";
import { closeScope, createRun, feed, hear, openScope, seed } from "../src/index.ts";
import { batch, carried, GRAPH, judgeOf, planOf, T0, type Told } from "./support.ts";

const JOURNEY: readonly (readonly [string, string])[] = [["view_item", "product-page"], ["add_to_cart", "basket"], ["begin_checkout", "checkout"], ["purchase", "purchase"]];
const SPEC = { format: "dagnet-realtime/expect@1", graph: "uk-checkout-journey", expect: [{ path: JOURNEY.map(([, node]) => node) }, { count: "purchase", is: 1 }, { never: "is:unexpected" }, { never: "node:purchase -seen:basket" }], policy: { unmapped: "fail" } };

/** The events of one test: its own anonymous id, and a login that all share. */
const journey = (id: string, from: number): readonly Told[] => JOURNEY.map(([name, node], n) => ({ who: [id, "u"], name, nodes: [node], at: from + n, id: `${id}-${n}`, properties: node === "purchase" ? { currency: "GBP" } : {} }));

describe("scopes", () => {
  it("EXP-10: eight workers that log in as one user, with late flushes and retries, never see each other's events", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 32, maxLength: 60 }), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), (turns, retried) => {
      const run = createRun(GRAPH, T0);
      const plan = planOf({ spec: SPEC });
      const tests = Array.from({ length: 8 }, (_, n) => {
        const ids = retried[n] === true ? [`w${n}-1`, `w${n}-2`] : [`w${n}-1`];
        // The first attempt of a retried test stops after two steps and flushes late.
        return ids.map((id, attempt) => ({ id, todo: [...(attempt + 1 < ids.length ? journey(id, 0).slice(0, 2) : journey(id, 0))] }));
      });
      for (const attempt of tests.flat()) seed(openScope(run, attempt.id), attempt.id);
      let at = 0;
      const send = (told: Told): void => { const event: FrameEvent = { ...carried({ ...told, at: at / 10 }, at), id: told.id! }; feed(run, batch(at, [event]), T0 + at); at += 1; };
      for (const turn of [...turns, ...Array.from({ length: 64 }, (_, n) => n % 8)]) {
        const next = [...tests[turn]!].reverse().find(({ todo }) => todo.length > 0)?.todo.shift();
        if (next !== undefined) send(next);
      }
      for (const attempts of tests) attempts.forEach(({ id }, n) => {
        const last = n + 1 === attempts.length;
        const report = judgeOf(run, plan, id).report(true);
        expect({ id, events: report.events, verdict: report.verdict }).toEqual({ id, events: last ? 4 : 2, verdict: last ? "met" : "failed" });
      });
    }), { numRuns: 15 });
  });

  it("EXP-10: a seed that is learnt at the end brings what was sent before", () => {
    const run = createRun(GRAPH, T0);
    const scope = openScope(run, "A"), judge = judgeOf(run, planOf({ spec: SPEC }), "A");
    seed(scope, "a");
    [...journey("a", 0).slice(0, 2), ...journey("b", 0).slice(2)].forEach((told, n) => { feed(run, batch(n, [carried(told, n)]), T0 + n); });
    expect(judge.report(true).events).toBe(2);
    seed(scope, "b");
    expect(judge.report(true)).toMatchObject({ events: 4, verdict: "met" });
  });

  it("EXP-10: one user in one test after the other belongs to each in its turn", () => {
    const run = createRun(GRAPH, T0);
    const plan = planOf({ spec: { ...SPEC, expect: [{ count: "purchase", is: 1 }] } });
    for (const [n, name] of ["first", "second"].entries()) {
      const scope = openScope(run, name);
      seed(scope, "u-7");
      feed(run, batch(n, [carried({ who: ["u-7"], name: "purchase", nodes: ["purchase"], at: n }, n)]), T0 + n);
      expect(judgeOf(run, plan, name).report(true)).toMatchObject({ events: 1, verdict: "met" });
      closeScope(run, scope);
    }
  });

  it("EXP-10: a scope that ended leaves to the others what it had claimed", () => {
    const run = createRun(GRAPH, T0);
    const plan = planOf({ spec: { ...SPEC, expect: [{ dark: ["purchase"] }] } });
    for (const name of ["A", "B"]) seed(openScope(run, name), "u");
    feed(run, batch(0, [carried({ who: ["u"], name: "view_item", nodes: ["product-page"], at: 0 }, 0), carried({ who: ["b"], name: "scroll", at: 0 }, 1)]), T0);
    expect(judgeOf(run, plan, "B").report(true).verdict).toBe("inconclusive");
    closeScope(run, run.scopes.get("A")!);
    seed(run.scopes.get("B")!, "b");
    expect(judgeOf(run, plan, "B").report(true).items[0]!.text).toContain("to another test as well");
  });

  it("EXP-10: a marker teaches its token and is no event", () => {
    const run = createRun(GRAPH, T0);
    run.markers.add("marker-1");
    feed(run, batch(0, [carried({ who: ["k1.token"], type: "identify", name: "identify", at: 0, id: "marker-1" }, 0)]), T0);
    expect(run.marked.get("marker-1")).toBe("k1.token");
    expect(run.events).toHaveLength(0);
  });

  it("EXP-1: what a page's tap heard counts once, however many stages it tells", () => {
    const run = createRun(GRAPH, T0);
    const uuid = GRAPH.nodes.find(({ id }) => id === "basket")!.uuid;
    for (const stage of ["called", "delivered"] as const) hear(run, { messageId: "m", type: "track", name: "add_to_cart", names: ["add_to_cart"], occurredAt: T0, stage, traces: [], properties: {}, nodes: [uuid] }, T0);
    expect(judgeOf(run, planOf({ spec: { ...SPEC, expect: [{ count: "basket", is: 1 }], policy: {} } })).report(true).verdict).toBe("met");
  });

  it("EXP-4: a frame that brings what a trace did before On proves nothing", () => {
    const run = createRun(GRAPH, T0);
    const past = batch(5, [carried({ who: ["a"], name: "view_item", nodes: ["product-page"], at: -60 }, 1)]);
    feed(run, { ...past, position: past.from, ledger: { ...past.ledger, offered: 0, lit: 0, carried: 0 }, counts: {} }, T0);
    expect(run.events).toHaveLength(0);
  });
});
