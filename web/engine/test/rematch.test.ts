import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action } from "../src/actions.ts";
import { createTable, match } from "../src/matching.ts";
import { changedBindings, rematchFrame } from "../src/rematch.ts";
import { reduce } from "../src/reduce.ts";
import { feed } from "../src/select/feed.ts";
import { ledger, nodeLight, totals } from "../src/select/totals.ts";
import { edgeSeen, trace } from "../src/select/traces.ts";
import { unmappedNames } from "../src/select/unmapped.ts";
import type { State } from "../src/state.ts";
import type { EventBinding, FrameEvent, Graph } from "../src/wire.gen.ts";
import { after, batch, event, frame, GRAPH, heard, listen, on, T0, tap } from "./support.ts";

/** The graph with its bindings edited: `b` hears another name, `c` none, `d` is new. */
const EDITED: Graph = { ...GRAPH, version: "v2", listens: [listen("a", "A"), listen("b", "C"), listen("d", "Unheard")] };
const OF = changedBindings(GRAPH.listens, EDITED.listens);
const edit = (graph: Graph = EDITED): Action => ({ kind: "graph", at: T0 + 50, graph, rematch: [...changedBindings(GRAPH.listens, graph.listens)] });

const shown = (state: State) => ({
  counts: GRAPH.nodes.map(({ uuid }) => nodeLight(state, uuid, T0 + 99).count),
  totals: totals(state, T0 + 99),
  unmapped: unmappedNames(state, T0 + 99).names.map(({ name, count }) => [name, count]),
  sums: ledger(state).view,
  balances: ledger(state).balances,
  rows: feed(state, { start: 0, count: 99 }).rows.map(({ id, nodes }) => [id, nodes]),
  steps: trace(state, "t1")?.steps.map(({ id, node, edges }) => [id, node, edges]),
  edges: GRAPH.edges.map(({ uuid }) => edgeSeen(state, uuid)),
});

/** Events as a server of these bindings sends them. */
const matched = (events: readonly FrameEvent[], listens: readonly EventBinding[]): FrameEvent[] => events.map((one) => ({ ...one, nodes: match(createTable(listens), [one.name], one.properties, {}) }));

describe("another binding", () => {
  it("names the nodes whose names or filters differ, and not those that moved or were renamed", () => {
    expect([...OF].sort()).toEqual(["b", "c", "d"]);
    expect([...changedBindings(GRAPH.listens, GRAPH.listens.map((one) => ({ ...one, label: "Other", rule: "amplitude" })))]).toEqual([]);
  });

  it("EMB-6: shows what is held as if it had been bound so since On, for any events", () => {
    const some = fc.array(fc.constantFrom("A", "B", "C", "Unheard", "Else"), { maxLength: 12 });
    fc.assert(
      fc.property(some, some, fc.boolean(), (early, late, paused) => {
        const make = (names: readonly string[]) => names.map((name) => event("", { name, properties: { device: "mobile" } }));
        const [first, second] = [make(early), make(late)];
        const hold: Action[] = paused ? [{ kind: "pause", at: T0 + 1 }] : [];
        const go: Action[] = paused ? [{ kind: "resume", at: T0 + 80 }] : [];
        const sent = [batch(0, matched(first, GRAPH.listens)), batch(first.length, matched(second, GRAPH.listens))] as const;
        const rematched = after([on(), ...hold, frame(2, sent[0]), edit(), frame(60, rematchFrame(sent[1], createTable(EDITED.listens), OF)), ...go]);
        const always = after([on("remote", { graph: EDITED }), ...hold, frame(2, batch(0, matched(first, EDITED.listens))), frame(60, batch(first.length, matched(second, EDITED.listens))), ...go]);
        expect(shown(rematched)).toEqual(shown(always));
      }),
    );
  });

  it("EMB-6: events of this browser, and those that both lanes brought, count once", () => {
    const [both, own] = [heard("C"), heard("C")];
    const twin = event("c", { id: both.messageId, name: "C" });
    const state = after([on(), on("local"), tap(1, both), frame(2, batch(0, [twin])), tap(3, own), edit()]);
    expect([nodeLight(state, "b", T0 + 99).count, nodeLight(state, "c", T0 + 99).count, totals(state, T0 + 99).count, ledger(state).pendingLocal]).toEqual([2, 0, 2, 1]);
  });

  it("EMB-6: says since when it counts: since On while all is held, else since the oldest that is", () => {
    const events = Array.from({ length: 5 }, () => event("c"));
    const whole = after([on(), frame(10, batch(0, events)), edit()]);
    const part = after([on(), frame(10, batch(0, events.slice(0, 3))), frame(20, batch(3, events.slice(3))), edit()], { events: 2 });
    const thinned = after([on(), frame(10, batch(0, events, 2)), edit()]);
    expect([whole, part, thinned].map(({ accumulation }) => [accumulation.rematched.get("b"), accumulation.rematched.get("a")])).toEqual([[T0, undefined], [T0 + 20, undefined], [T0 + 10, undefined]]);
    expect([whole, part, thinned].map((state) => nodeLight(state, "b", T0 + 99).count)).toEqual([5, 2, 2]);
    expect([whole, part, thinned].every((state) => ledger(state).balances)).toBe(true);
  });

  it("EMB-6: a name that the viewer bound is not counted twice once the graph binds it, and Undo brings both together", () => {
    const state = after([on(), frame(1, batch(0, [event("", { name: "Unheard" })])), { kind: "bind", at: T0 + 2, name: "Unheard", node: "a" }, { kind: "clear", at: T0 + 3 }, frame(4, batch(1, [event("", { name: "Unheard" }), event("c")])), edit(), { kind: "undo", at: T0 + 60 }]);
    expect(shown(state)).toMatchObject({ counts: [0, 1, 0, 2], unmapped: [], balances: true, totals: { count: 3, mapped: 3 } });
  });

  it("EMB-6: moving nodes leaves counts and traces as they are", () => {
    const state = after([on(), frame(1, batch(0, [event("a"), event("c")]))]);
    const [before, index, view] = [shown(state), state.accumulation.traces?.routeIndex, state.accumulation.view];
    reduce(state, { kind: "graph", at: T0, graph: { ...GRAPH, version: "v3", nodes: GRAPH.nodes.map((node) => ({ ...node, x: 7 })) } });
    expect([state.graph?.version, shown(state)]).toEqual(["v3", before]);
    expect([state.accumulation.traces?.routeIndex === index, state.accumulation.view === view]).toEqual([true, true]);
    reduce(state, { kind: "graph", at: T0, graph: { ...GRAPH, version: "v4", nodes: GRAPH.nodes.slice(0, 2) } });
    expect(state.accumulation.traces?.routeIndex).not.toBe(index);
  });
});
