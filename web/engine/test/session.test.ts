import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action } from "../src/actions.ts";
import { isProblem } from "../src/problem.ts";
import { reduce } from "../src/reduce.ts";
import { coverage } from "../src/select/coverage.ts";
import { feed } from "../src/select/feed.ts";
import { ledger, nodeLight, totals } from "../src/select/totals.ts";
import { trace } from "../src/select/traces.ts";
import { mappedNames, unmappedNames } from "../src/select/unmapped.ts";
import { restore, snapshot } from "../src/snapshot.ts";
import { readSessionLog, writeSessionLog } from "../src/sessionLogFile.ts";
import type { State } from "../src/state.ts";
import { after, batch, event, frame, GRAPH, heard, on, T0, tap } from "./support.ts";

describe("on", () => {
  it("ENG-13: Off keeps what was collected, the next On begins anew", () => {
    const state = after([on(), frame(0, batch(0, [event("a")])), { kind: "off", at: T0 }]);
    expect([state.lanes, totals(state, T0).count, feed(state, { start: 0, count: 1 }).total]).toEqual([[], 1, 1]);
    reduce(state, { kind: "on", at: T0 + 9, session: "s1", position: "e.1", graph: GRAPH, lane: "remote" });
    expect([state.lanes, totals(state, T0).count, state.startedAt, state.undo]).toEqual([["remote"], 0, T0 + 9, null]);
  });

  it("ENG-13: Off shows what a pause held, and its clock runs again", () => {
    const state = after([on(), { kind: "pause", at: T0 }, frame(5, batch(0, [event("a")])), { kind: "off", at: T0 + 9 }]);
    expect([state.clock.frozenAt, state.pauseBuffer.pending, totals(state, T0 + 9).count]).toEqual([null, 0, 1]);
  });

  it("ENG-13: On under the session that is on adds a lane to it; another session begins anew", () => {
    const state = after([on("local"), tap(0, heard("A")), on("remote"), on("remote")]);
    expect([state.lanes, state.position, totals(state, T0).count]).toEqual([["local", "remote"], "e.0", 1]);
    reduce(state, { kind: "off", at: T0, lane: "local" });
    expect(state.lanes).toEqual(["remote"]);
    expect(totals(after([on("local"), tap(0, heard("A")), on("remote", { session: "s2" })]), T0).count).toBe(0);
  });

  it("ENG-14: a filter typed before On holds after it", () => {
    const state = after([{ kind: "filter", at: T0, text: "node:a-id" }, on(), frame(0, batch(0, [event("a"), event("b")]))]);
    expect(feed(state, { start: 0, count: 9 }).rows.map((row) => row.nodes)).toEqual([["a"]]);
  });
});

describe("undo", () => {
  it("ENG-13: Undo brings frames, gaps and local messages together, and there is one step only", () => {
    const state = after([on(), on("local"), frame(1, batch(0, [event("a")])), tap(2, heard("A")), { kind: "clear", at: T0 + 3 },
      frame(4, batch(1, [event("a"), event("a")])), frame(5, { op: "gap", from: "e.3", to: "e.5", missed: 2, reason: "" }), tap(6, heard("B", { properties: { device: "mobile" } })),
      { kind: "undo", at: T0 + 7 }, { kind: "undo", at: T0 + 8 }]);
    expect([nodeLight(state, "a", T0).count, nodeLight(state, "b", T0).count, totals(state, T0).count]).toEqual([3 + 1, 1, 5]);
    expect(ledger(state)).toMatchObject({ balances: true, duplicates: 0, pendingLocal: 2, missed: { exact: 2 } });
  });

  it("ENG-3: what was heard before Clear is no event after it", () => {
    const one = event("a");
    const state = after([on(), frame(1, batch(0, [one])), { kind: "clear", at: T0 + 3 }, frame(4, batch(1, [one]))]);
    expect([state.accumulation.duplicates, state.accumulation.view.rows]).toEqual([1, []]);
  });

  it("ENG-13: nothing was cleared, nothing comes back", () => {
    expect(totals(after([on(), frame(1, batch(0, [event("a")])), { kind: "undo", at: T0 }]), T0).count).toBe(1);
  });

  /** What a message was called and left as, whether it was reported before the SDK took it, and
   * whether the server has it.
   */
  const way = fc.record({ called: fc.constantFrom("A", "C", "Y"), left: fc.constantFrom("A", "C", "Y"), early: fc.boolean(), remote: fc.boolean() });

  function counts(state: State): object {
    const { count, mapped, unmapped } = totals(state, T0);
    return { a: nodeLight(state, "a", T0).count, c: nodeLight(state, "c", T0).count, count, mapped, unmapped, rows: feed(state, { start: 0, count: 99 }).rows.map(({ id, name }) => `${id} ${name}`).sort() };
  }

  it("ENG-13: a message whose calls, stages and twin come on either side of a Clear is one again after Undo, in any order of arrival", () => {
    fc.assert(fc.property(fc.array(way, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(99), { minLength: 24, maxLength: 24 }), fc.nat(99), (ways, turns, clear) => {
      let position = 0;
      const lines = ways.map(({ called, left, early, remote }, n): ((at: number) => Action)[] => {
        const one = heard(called, { messageId: `w${n}` }), last = { ...one, name: left, names: [left], stage: "enriched" } as const;
        const line: ((at: number) => Action)[] = [(at) => tap(at, { ...one, ...(early ? { replaces: `tap-${n}` } : {}) }), (at) => tap(at, last)];
        if (early) line.unshift((at) => tap(at, { ...one, messageId: `tap-${n}`, traces: [] }));
        if (remote) line.splice((turns[n] ?? 0) % (line.length + 1), 0, (at) => frame(at, batch(position++, [event(left === "Y" ? "" : left.toLowerCase(), { id: one.messageId, name: left })])));
        return line;
      });
      const ordered = turns.flatMap((turn) => {
        const open = lines.filter((line) => line.length > 0);
        return open[turn % Math.max(1, open.length)]?.splice(0, 1) ?? [];
      });
      const inputs = ordered.map((input, n) => input(n + 1));
      const index = clear % (inputs.length + 1), cleared: Action[] = [{ kind: "clear", at: T0 + index }, ...inputs.slice(index), { kind: "undo", at: T0 + 99 }];
      const lanes = [on("local"), on("remote")];
      const once = after([...lanes, ...ways.map(({ left }, n) => tap(n, heard(left, { messageId: `w${n}` })))]);
      expect(counts(after([...lanes, ...inputs.slice(0, index), ...cleared]))).toEqual(counts(once));
      expect(counts(after([...lanes, ...inputs]))).toEqual(counts(once));
    }), { numRuns: 60 });
  });

  it("ENG-13: a twin that came after Clear gives the row its place in the log back with Undo, and lights nothing meanwhile", () => {
    const one = heard("A"), hits: string[] = [];
    const inputs = [on("local"), on("remote"), tap(1, one), { kind: "clear", at: T0 + 2 } as const];
    const state = after([...inputs, frame(3, batch(0, [event("", { id: one.messageId, name: "Z", offset: 7 })])), { kind: "undo", at: T0 + 4 }], {}, { hit: ({ node, at }) => hits.push(`${node} ${at - T0}`), step: () => undefined });
    expect(feed(state, { start: 0, count: 9 }).rows).toMatchObject([{ id: one.messageId, name: "Z", order: 7, source: "web", nodes: [] }]);
    expect([hits, nodeLight(state, "a", T0).count, totals(state, T0).count]).toEqual([["a 1"], 0, 1]);
  });
});

describe("bind", () => {
  const bound = { kind: "bind", at: T0 + 5, name: "Unheard", node: "d" } as const;
  const clear = { kind: "clear", at: T0 + 5 } as const, undo = { kind: "undo", at: T0 + 10 } as const;

  it("ENG-15: a binding back-fills the session: counts, rows, traces, both lanes, and what comes", () => {
    const state = after([on(), on("local"), frame(1, batch(0, [event("a"), event(""), event("")], 2)), tap(2, heard("Unheard")), bound, frame(9, batch(3, [event("")])), tap(10, heard("Unheard"))]);
    expect(nodeLight(state, "d", T0 + 10)).toMatchObject({ count: 5, lastAt: T0 + 10 });
    expect(unmappedNames(state, T0).names).toEqual([]);
    expect(totals(state, T0)).toMatchObject({ count: 6, mapped: 6, unmapped: 0 });
    expect(feed(state, { start: 0, count: 9 }).rows.every((row) => row.nodes.length === 1)).toBe(true);
    expect(trace(state, "t1")?.steps.map((step) => step.node)).toContain("d");
    expect(coverage(state).dark).not.toContain("d");
  });

  it("ENG-15: it reaches back behind Clear, and ends with unbind", () => {
    const state = after([on(), frame(1, batch(0, [event("")])), { kind: "clear", at: T0 + 2 }, bound, { kind: "undo", at: T0 + 6 }, { kind: "unbind", at: T0 + 7, name: "Unheard" }, frame(8, batch(1, [event("")]))]);
    expect([nodeLight(state, "d", T0).count, unmappedNames(state, T0).names[0]?.count]).toEqual([0, 2]);
  });

  describe("what a binding filled", () => {
    const off = (at: number) => ({ kind: "unbind", at: T0 + at, name: "Unheard" }) as const;
    const came = [frame(6, batch(0, [event(""), event("")], 1)), tap(7, heard("Unheard"))];
    const own = frame(1, batch(2, [event("d", { name: "D" })]));
    /** The scale of heat shrinks by itself: until then it alone remembers what was mapped. */
    const SCALE_FORGETS_MS = 100_000;
    const light = (state: State, node: string, at: number) => {
      const { level, glow, ...rest } = nodeLight(state, node, T0 + at);
      return at < SCALE_FORGETS_MS ? rest : { ...rest, level, glow };
    };
    const shown = (state: State, at: number) => ({
      light: [light(state, "d", at), light(state, "a", at)], figures: totals(state, T0 + at), names: unmappedNames(state, T0 + at).names.map(({ sample: _, ...rest }) => rest),
      rows: feed(state, { start: 0, count: 9 }).rows.map(({ nodes, bound: is }) => [nodes, is]), steps: trace(state, "t1")?.steps.map(({ node }) => node), covered: coverage(state).dark,
    });

    it("ENG-15: goes back with one click, also after other events: then all is as if the name had never been mapped", () => {
      const without = [on(), on("local"), ...came, frame(8, batch(2, [event("a")]))];
      for (const inputs of [
        [on(), on("local"), bound, ...came, frame(8, batch(2, [event("a")])), off(9)],
        [on(), on("local"), ...came, bound, frame(8, batch(2, [event("a")])), off(9)],
        [on(), on("local"), bound, ...came, off(7), frame(8, batch(2, [event("a")]))],
        [on(), on("local"), bound, { kind: "pause", at: T0 + 5 } as const, ...came, off(7), frame(8, batch(2, [event("a")])), { kind: "resume", at: T0 + 9 } as const],
      ])
        for (const at of [10, SCALE_FORGETS_MS]) expect(shown(after(inputs), at)).toEqual(shown(after(without), at));
    });

    it("ENG-13, ENG-15: over Clear and Undo, and from the node’s own events it takes nothing", () => {
      for (const inputs of [[bound, clear, ...came, off(9), undo], [bound, ...came, clear, off(9), undo], [bound, clear, ...came, undo, off(11)]])
        expect([totals(after([on(), on("local"), ...inputs]), T0), nodeLight(after([on(), on("local"), ...inputs]), "d", T0).count]).toMatchObject([{ count: 3, mapped: 0, unmapped: 3 }, 0]);
      const mixed = after([on(), on("local"), bound, ...came, own, off(9)]);
      expect([nodeLight(mixed, "d", T0 + 9), totals(mixed, T0 + 9)]).toMatchObject([{ count: 1, lastAt: T0 + 1 }, { mapped: 1, unmapped: 3 }]);
    });

    it("ENG-15, ENG-18, ENG-19: over a reload and in the session log, also in one that has summed its frames", () => {
      for (const log of [60_000, 4]) {
        const lived = after([on(), ...came.slice(0, 1), bound, frame(12, batch(2, [event("a")]))], { log });
        const back = restore(snapshot(lived, 1e6)), read = readSessionLog(writeSessionLog(back!));
        expect(mappedNames(back!)).toEqual([{ name: "Unheard", node: "d", count: 2 }]);
        const ended = after([], {});
        Object.assign(ended, reduce(back!, off(13)));
        expect([nodeLight(ended, "d", T0).count, totals(ended, T0)]).toMatchObject([0, { count: 3, mapped: 1, unmapped: 2 }]);
        expect(isProblem(read)).toBe(false);
        if (!isProblem(read)) expect(totals(after([on("replay", { position: "" }), ...read.frames]), T0)).toMatchObject({ count: 3, mapped: 1, unmapped: 2 });
      }
    });
  });

  it("ENG-15: a node that is not there, or a second node, is not bound", () => {
    const state = after([on(), { ...bound, node: "nowhere" }, bound, { ...bound, node: "a" }]);
    expect([...state.binds]).toEqual([["Unheard", "d"]]);
  });
});
