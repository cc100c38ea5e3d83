import fc from "fast-check";
import { expect, it } from "vitest";
import { createTable } from "../src/matching.ts";
import { recountEntries } from "../src/recount.ts";
import { reduce } from "../src/reduce.ts";
import { nodeLight, totals } from "../src/select/totals.ts";
import { expandLog } from "../src/sessionLog.ts";
import type { State } from "../src/state.ts";
import type { Batch, Graph } from "../src/wire.gen.ts";
import { after, batch, event, frame, GRAPH, heard, hello, listen, listener, nodeOf, on, T0, tap } from "./support.ts";

const OTHER: Graph = { ...GRAPH, name: "other", version: "v9", nodes: [nodeOf("x"), nodeOf("c")], edges: [], listens: [listen("x", "A"), listen("x", "Unheard"), listen("c", "C")] };
const logOf = ({ accumulation }: State) => [...expandLog(accumulation.log, accumulation.events)];
const again = (state: State, from: string): State => reduce(state, { kind: "on", at: T0 + 99_000, session: "s1", position: from, graph: OTHER, lane: "remote", since: state.accumulation.since });
const aged = (one: Batch, age_ms: number): Batch => ({ ...one, age_ms });

it("ENG-28: events of a log count on another graph as it listens for them", () => {
  const seen = fc.record({ node: fc.constantFrom("a", "c", ""), local: fc.boolean(), test: fc.boolean() });
  fc.assert(fc.property(fc.array(seen, { maxLength: 20 }), (given) => {
    const inputs = given.map(({ node, local, test }, n) => (local ? tap(n, heard(node === "" ? "Unheard" : node.toUpperCase())) : frame(n, batch(n, [event(node, test ? { flags: ["test"] } : {})]))));
    let position = 0;
    for (const one of inputs) if (one.kind === "frame" && one.frame.op === "batch") Object.assign(one.frame, { from: `e.${position}`, position: `e.${(position += 1)}` });
    const state = after([on(), on("local"), frame(0, hello()), ...inputs]);
    const { entries, since, left } = recountEntries(logOf(state), createTable(OTHER.listens), T0, true);
    expect([since, left]).toEqual([T0, 0]);
    const shown = entries.reduce((one, entry) => reduce(one, entry), after([on("replay", { position: "", graph: OTHER })]));
    const real = given.filter(({ test, local }) => local || !test);
    expect([nodeLight(shown, "x", T0).count, nodeLight(shown, "c", T0).count]).toEqual([real.filter(({ node }) => node !== "c").length, real.filter(({ node }) => node === "c").length]);
    expect([totals(shown, T0).count, totals(shown, T0).tests]).toEqual([real.length, given.length - real.length]);
  }));
});

it("ENG-28: from the moment on from which every event is held", () => {
  const state = after([on(), frame(0, hello()), frame(1000, batch(0, [event("a"), event("a")], 1)), frame(2000, batch(2, [event("c")]))]);
  expect(recountEntries(logOf(state), createTable(OTHER.listens), T0, true)).toMatchObject({ since: T0 + 2000, left: 1, entries: [{ frame: { counts: { c: 1 } } }] });
  expect(recountEntries(logOf(state), createTable(OTHER.listens), T0, false)).toMatchObject({ since: T0, left: 1, entries: [{ frame: { counts: { x: 1 } } }, { frame: { counts: { c: 1 } } }] });
});

it("ENG-28, ENG-13: the session stays, with what the viewer chose, and its past is counted without a light", () => {
  const out = listener();
  let state = after([on(), frame(0, hello()), frame(10, batch(0, [event("a"), event("c")])), { kind: "follow", at: T0, token: "t1" }, { kind: "bind", at: T0, name: "Unheard", node: "d" }, { kind: "bind", at: T0, name: "Else", node: "c" }]);
  expect(state.accumulation.position).toBe("e.0");
  state = again(state, state.accumulation.position);
  expect([state.session, state.startedAt, state.follows, [...state.binds], state.accumulation.since, state.position]).toEqual(["s1", T0, ["t1"], [["Else", "c"]], T0, "e.0"]);
  state = reduce(state, frame(99_000, aged(batch(0, [event("x"), event("c")]), 90_000)), out);
  expect([nodeLight(state, "x", T0 + 99_000).count, nodeLight(state, "x", T0 + 99_000).lastAt, out.hits]).toEqual([1, T0 + 9000, []]);
  state = reduce(state, frame(99_100, batch(2, [event("x")])), out);
  expect([nodeLight(state, "x", T0 + 99_100).count, out.hits.length, state.recounting]).toEqual([2, 1, ""]);
});

it("ENG-28: counting begins later if the log does not reach back, and nothing is missed by that", () => {
  const begin = () => again(after([on(), frame(0, hello()), frame(10, batch(0, [event("a")]))]), "e.0");
  const gap = { op: "gap", from: "e.0", to: "e.7", missed: 7, reason: "retention" } as const;
  const held = [frame(99_000, gap), frame(99_010, aged(batch(7, [event("x")]), 20_000))].reduce((state, one) => reduce(state, one), begin());
  expect([held.accumulation.since, held.accumulation.missed.exact, totals(held, T0 + 99_010).count]).toEqual([T0 + 79_010, 0, 1]);
  const empty = [frame(99_000, gap), frame(99_500, { op: "beat", now: "", position: "e.7", ledger: {} })].reduce((state, one) => reduce(state, one), begin());
  expect(empty.accumulation.since).toBe(T0 + 99_500);
  const later = [frame(99_000, aged(batch(0, [event("x")]), 50_000)), frame(99_010, { ...gap, from: "e.1" })].reduce((state, one) => reduce(state, one), begin());
  expect([later.accumulation.since, later.accumulation.missed.exact]).toEqual([T0, 7]);
});

it("ENG-28: after Clear it begins where Clear did", () => {
  let state = after([on(), frame(0, hello()), frame(10, batch(0, [event("a")])), { kind: "clear", at: T0 + 20 }]);
  expect(state.accumulation.position).toBe("e.1");
  state = after([on(), frame(0, hello()), { kind: "pause", at: T0 + 5 }, frame(10, batch(0, [event("a")])), { kind: "clear", at: T0 + 20 }]);
  expect(state.accumulation.position).toBe("e.0");
});

it("ENG-28, ENG-1: a frame of the past is never older than the one before it", () => {
  const state = [aged(batch(0, [event("a")]), 9000), aged(batch(1, [event("a")]), 9500), batch(2, [event("a")])].reduce((one, each, n) => reduce(one, frame(20_000 + n, each)), after([on(), frame(0, hello())]));
  expect(logOf(state).map(({ at }) => at - T0)).toEqual([11_000, 11_000, 20_002]);
});
