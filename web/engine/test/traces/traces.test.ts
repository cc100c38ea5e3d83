import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { follow, forgetTraces, unfollow } from "../../src/traces/retention.ts";
import { traceFingerprint } from "../../src/fingerprint.ts";
import { redoJoin, undoJoin } from "../../src/traces/identity.ts";
import { migrateTraces } from "../../src/traces/migrate.ts";
import { timeline } from "../../src/traces/select/paths.ts";
import { advance, createTraces } from "../../src/traces/traces.ts";
import type { Bounds, TraceEvent, Traces } from "../../src/traces/model.ts";
import { event, graph, told } from "./support.ts";

/** Start, a shared event on two branches, event-less nodes, a cycle, a self loop, parallel edges, an end. */
const SHOP = graph("A:s x:- B C y:- D E:e F", "A>x x>B@0.4 x>C@0.6 B>y y>D C>D C>D@0.9 D>E D>A B>B F>C");

const nodes = fc.subarray(["A", "B", "C", "D", "E", "F", "x", "gone"], { maxLength: 3 });
const tokens = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"), { maxLength: 3 });
const raw = fc.record({ at: fc.integer({ min: 0, max: 40 }), lag: fc.integer({ min: 0, max: 30 }), tokens, nodes, partial: fc.boolean() });

/** Events with ids of their own; times collide often. */
const events = fc.array(raw, { maxLength: 60 }).map((all) => all.map((one, n): TraceEvent => event(one.at, one.tokens.join(" "), one.nodes.join(" "), {
  id: `e${n}`, arrivedAt: 1_000_000 + (one.at + one.lag) * 1000, flags: one.partial ? ["partial"] : [],
})));

/** Events, and the same in another order with some of them twice. */
const twice = events.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all.slice(0, 9)], { minLength: all.length + Math.min(9, all.length) })));

function visits(traces: Traces): Map<string, number> {
  return new Map(traces.routeIndex.graph.nodes.map((node, n) => [node.uuid, traces.counts.cells.get(n)?.count ?? 0]));
}

/** How many of the events light each node, each event once, those without a token not at all. */
function lit(all: readonly TraceEvent[]): Map<string, number> {
  const sums = new Map(SHOP.nodes.map((node) => [node.uuid, 0]));
  for (const one of all) if (one.tokens.length > 0) for (const node of one.nodes) if (sums.has(node)) sums.set(node, (sums.get(node) ?? 0) + 1);
  return sums;
}

function everyTrace(traces: Traces) {
  return [...traces.live, ...traces.followedTraces, ...traces.stubs];
}

/** What must hold at any time. */
function sumsUp(traces: Traces): void {
  const { total, counts } = traces;
  expect(total.placed + total.unplaceable + total.duplicate + total.untraced).toBe(total.events);
  expect(traces.visitCount).toBe(everyTrace(traces).reduce((sum, trace) => sum + trace.visits.length, 0));
  expect(total.traces - total.forgotten).toBe(everyTrace(traces).filter((trace) => trace.events > 0).length);
  if (total.forgotten > 0) return;
  const standing = everyTrace(traces).filter((trace) => trace.cursor.head >= 0);
  expect([...counts.standing].reduce((a, b) => a + b, 0)).toBe(standing.length);
  const moves = everyTrace(traces).reduce((sum, trace) => sum + trace.cursor.moves, 0);
  expect(moves).toBeGreaterThanOrEqual([...counts.entries].reduce((a, b) => a + b, 0));
  for (const cell of counts.cells.values()) {
    expect(cell.traces).toBeLessThanOrEqual(cell.count);
    expect(cell.traces > 0).toBe(cell.count > 0);
    expect(cell.inferred).toBeLessThanOrEqual(cell.count);
  }
}

describe("traces, told of events", () => {
  it("TRC-20: come to the same in any order of arrival, and however often an event arrives", () => {
    fc.assert(fc.property(twice, ([all, other]) => {
      expect(traceFingerprint(told(SHOP, other))).toBe(traceFingerprint(told(SHOP, all)));
    }), { numRuns: 400 });
  });

  it("TRC-20: come to the same when the same log is replayed", () => {
    fc.assert(fc.property(events, (all) => {
      const bounds: Partial<Bounds> = { traces: 3, stubs: 2, steps: 8, marks: 20, joins: 3, jumps: 2, identifiers: 4 };
      expect(traceFingerprint(told(SHOP, all, bounds))).toBe(traceFingerprint(told(SHOP, all, bounds)));
    }));
  });

  it("TRC-14: every count sums, and no event counts twice", () => {
    fc.assert(fc.property(twice, ([all, other]) => {
      const traces = told(SHOP, other);
      sumsUp(traces);
      expect(visits(traces)).toEqual(lit(all));
    }), { numRuns: 200 });
  });

  it("TRC-18: distinct traces are those whose marks say so, at every node and edge", () => {
    fc.assert(fc.property(twice, ([, other]) => {
      const traces = told(SHOP, other);
      for (const [key, cell] of traces.counts.cells) {
        const at = [...traces.live].map((trace) => trace.visits.filter((mark) => key < SHOP.nodes.length ? mark.lit.includes(key) : mark.route?.edges.includes(key - SHOP.nodes.length) ?? false).length);
        if (key < SHOP.nodes.length + SHOP.edges.length) expect([cell.count, cell.traces]).toEqual([at.reduce((a, b) => a + b, 0), at.filter((times) => times > 0).length]);
      }
    }), { numRuns: 200 });
  });

  it("TRC-18: counts stay right when any trace is evicted", () => {
    fc.assert(fc.property(events, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 3 }), (all, traces, stubs) => {
      const small = told(SHOP, all, { traces, stubs, steps: 6, marks: 15, jumps: 2, identifiers: 4 });
      sumsUp(small);
      expect(visits(small)).toEqual(lit(all));
      expect(small.live.size).toBeLessThanOrEqual(traces);
      expect(small.stubs.size).toBeLessThanOrEqual(stubs);
      expect(small.visitCount).toBeLessThanOrEqual(15);
      expect(small.jumps.byId.size).toBeLessThanOrEqual(2);
      for (const trace of small.live) expect(trace.visits.length).toBeLessThanOrEqual(6);
    }), { numRuns: 300 });
  });

  it("TRC-14: every count sums, also after follows, Undo, Redo and reloads in between", () => {
    const act = fc.oneof(
      fc.record({ kind: fc.constant("event" as const), n: fc.nat(59) }), fc.record({ kind: fc.constantFrom("undo" as const, "redo" as const), n: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constantFrom("follow" as const, "unfollow" as const, "regraph" as const), n: fc.nat(9) }),
    );
    const small: Partial<Bounds> = { traces: 4, stubs: 50, steps: 8, marks: 60, joins: 6, jumps: 3, identifiers: 6, followed: 3 };
    fc.assert(fc.property(events, fc.array(act, { maxLength: 80 }), fc.boolean(), (all, acts, bounded) => {
      const traces = createTraces(SHOP, bounded ? small : {});
      const heard = new Set<TraceEvent>();
      for (const { kind, n } of acts) {
        const one = all[n];
        const token = "abcdefghij".charAt(n);
        if (kind === "undo") undoJoin(traces, n);
        else if (kind === "redo") redoJoin(traces, n);
        else if (kind === "follow") follow(traces, token);
        else if (kind === "unfollow") unfollow(traces, token);
        else if (kind === "regraph") migrateTraces(traces, SHOP);
        else if (one !== undefined && !heard.has(one)) {
          heard.add(one);
          advance(traces, one);
        }
      }
      sumsUp(traces);
      expect(visits(traces)).toEqual(lit([...heard]));
      for (const trace of traces.followedTraces) expect(trace.followedCount).toBe(trace.tokens.filter((holder) => traces.followed.has(holder.token)).length);
      for (const trace of traces.live) expect([trace.followedCount, trace.tally === null]).toEqual([0, false]);
      for (const [token, holder] of traces.tokens) expect(holder.trace.tokens.some((other) => other.token === token)).toBe(true);
      forgetTraces(traces, Array.from("abcdefghij"));
      expect([traces.tokens.size, traces.visitCount, traces.live.size + traces.followedTraces.size + traces.stubs.size]).toEqual([0, 0, 0]);
      expect([...traces.counts.standing].every((standing) => standing === 0)).toBe(true);
    }), { numRuns: 300 });
  });

  it("PIC-15: report a step only if the trace goes on, along edges that hang together", () => {
    fc.assert(fc.property(events, (all) => {
      const traces = createTraces(SHOP);
      const latest = new Map<unknown, number>();
      for (const one of all) {
        for (const step of advance(traces, one)) {
          const trace = traces.tokens.get(step.token)!.trace;
          expect(one.occurredAt).toBeGreaterThanOrEqual(latest.get(trace) ?? 0);
          latest.set(trace, one.occurredAt);
          expect(SHOP.nodes[trace.cursor.head]!.uuid).toBe(step.to);
          const along = step.edges.map((uuid) => SHOP.edges.find((edge) => edge.uuid === uuid)!);
          expect(along.length === 0).toBe(step.jump);
          along.forEach((edge, n) => { expect(edge.source).toBe(along[n - 1]?.target ?? step.from); });
          if (along.length > 0) expect(along.at(-1)!.target).toBe(step.to);
        }
      }
    }), { numRuns: 200 });
  });

  it("TRC-9: a late event is slotted into its place and the path is derived anew", () => {
    const traces = createTraces(graph("A:s B C", "A>B B>C"));
    advance(traces, event(0, "a", "A"));
    expect(advance(traces, event(20, "a", "C"))).toMatchObject([{ from: "A", to: "C", jump: true, edges: [] }]);
    expect(advance(traces, event(10, "a", "B", { arrivedAt: 1_030_000 }))).toEqual([]);
    expect(timeline(traces, "a")!.steps.map((step) => step.move)).toEqual(["entry", "step", "step"]);
    expect(traces.jumps.byId.size).toBe(0);
  });

  it("PIC-15: says who moved, from where, along which edges, and whether it is followed", () => {
    const traces = told(graph("A:s x:- B", "A>x x>B"), [event(0, "a", "A")]);
    expect(advance(traces, event(1, "a", "B"))).toEqual([
      { token: "a", from: "A", to: "B", edges: ["Ax0", "xB1"], jump: false, inferred: true, followed: false, at: 1_001_000 },
    ]);
  });

  it("TRC-9: an event older than what is kept counts at its node, and is not placed", () => {
    const traces = told(SHOP, Array.from({ length: 9 }, (_, n) => event(10 + n, "a", "A")), { steps: 8 });
    advance(traces, event(1, "a", "F"));
    expect(traces.total.unplaceable).toBe(1);
    expect(visits(traces).get("F")).toBe(1);
    expect(timeline(traces, "a")!.steps.every((step) => step.node === "A")).toBe(true);
  });

  it("TRC-9: an event that claims to come from the future is placed where it arrived", () => {
    const traces = told(graph("A:s B", "A>B"), [event(0, "a", "A", { occurredAt: 9e12 })]);
    expect(advance(traces, event(1, "a", "B"))).toMatchObject([{ from: "A", to: "B" }]);
  });

  it("TRC-12: an event without an identifier belongs to no trace", () => {
    const traces = told(SHOP, [event(0, "", "A")]);
    expect(traces.total).toMatchObject({ untraced: 1, traces: 0 });
  });

  it("TRC-2: a graph of a thousand nodes is searched as far as it is asked for", () => {
    const names = Array.from({ length: 1000 }, (_, n) => `n${n}`);
    const big = graph(names.map((name, n) => n % 3 === 0 ? name : `${name}:-`).join(" "), names.slice(1).map((name, n) => `n${n}>${name}`).join(" "));
    const traces = told(big, names.filter((_, n) => n % 3 === 0).map((name, n) => event(n, "a", name)), { steps: 1000 });
    expect(traces.counts.cells.get(1000)!.count).toBe(1);
    expect(traces.jumps.byId.size).toBe(0);
  });
});
