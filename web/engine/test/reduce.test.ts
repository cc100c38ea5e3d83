import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../src/fingerprint.ts";
import type { Action } from "../src/actions.ts";
import { ledger, nodeLight, totals } from "../src/select/totals.ts";
import { feed } from "../src/select/feed.ts";
import { reduce } from "../src/reduce.ts";
import { after, batch, event, frame, GRAPH, heard, hello, listener, on, T0, tap } from "./support.ts";

/** A stream of one server: events, each carried or only counted, in frames; the tap hears some
 * of them, before or after.
 */
const traffic = fc.array(
  fc.record({
    events: fc.array(fc.record({ nodes: fc.constantFrom("a", "b", "c", "a b", ""), token: fc.constantFrom("t1", "t2", "t3"), tapped: fc.constantFrom("no", "before", "after"), late: fc.boolean() }), { maxLength: 6 }),
    uncarried: fc.nat(3), wait: fc.nat(3000), again: fc.boolean(),
  }), { maxLength: 12 });
const command = fc.constantFrom<Action["kind"]>("pause", "resume", "clear", "undo", "tick");

function inputsOf(all: (typeof traffic extends fc.Arbitrary<infer T> ? T : never), commands: readonly Action["kind"][], lanes: readonly ("local" | "remote")[] = ["remote", "local"]): Action[] {
  const inputs: Action[] = lanes.map((lane) => on(lane));
  let position = 0, at = 0, n = 0;
  for (const [i, one] of all.entries()) {
    at += one.wait;
    const events = one.events.map((each) => event(each.nodes, { id: `p${n++}`, traces: [{ kind: "anonymousId", token: each.token }], flags: each.late ? ["late"] : [] }));
    const heardOf = (when: string) => one.events.flatMap((each, k) => (each.tapped === when ? [tap(at, heard(each.nodes === "" ? "Unheard" : each.nodes, { messageId: events[k]?.id ?? "", nodes: each.nodes.split(" ").filter(Boolean) }))] : []));
    const sent = frame(at, batch(position, events, Math.max(0, events.length - one.uncarried)));
    position += events.length;
    inputs.push(...heardOf("before"), sent, ...(one.again ? [sent] : []), ...heardOf("after"));
    const kind = commands[i];
    if (kind !== undefined) inputs.push({ kind, at: T0 + at } as Action);
  }
  return inputs;
}

describe("the reducer", () => {
  it("ENG-1: the same inputs give the same fingerprint, and another input another one", () => {
    fc.assert(fc.property(traffic, fc.array(command), (all, commands) => {
      const inputs = inputsOf(all, commands);
      const one = after(inputs);
      expect(fingerprint(after(inputs))).toBe(fingerprint(one));
      const before = fingerprint(one);
      expect(fingerprint(reduce(one, tap(99_999, heard("A"))))).not.toBe(before);
    }), { numRuns: 60 });
  });

  it("ENG-2: a node's count is what frames counted, though events were left out, repeated or late", () => {
    fc.assert(fc.property(traffic, (all) => {
      const state = after(inputsOf(all, [], ["remote"]).filter((input) => input.kind !== "tap"));
      for (const uuid of ["a", "b", "c"]) {
        const truth = all.flatMap((one) => one.events).filter((one) => one.nodes.split(" ").includes(uuid)).length;
        expect(nodeLight(state, uuid, T0).count).toBe(truth);
      }
      const figures = totals(state, T0);
      expect(figures.count).toBe(all.reduce((sum, one) => sum + one.events.length, 0));
      expect(figures.mapped + figures.unmapped + figures.identity).toBe(figures.count);
      expect(ledger(state)).toMatchObject({ balances: true, misfits: 0 });
    }), { numRuns: 60 });
  });

  it("ENG-3: with both lanes on, a count is never below either lane nor above both; with everything carried it is exact", () => {
    fc.assert(fc.property(traffic, fc.boolean(), (all, whole) => {
      const sent = whole ? all.map((one) => ({ ...one, uncarried: 0 })) : all;
      const state = after(inputsOf(sent, []));
      const truth = sent.flatMap((one) => one.events).filter((one) => one.nodes.split(" ").includes("a"));
      const local = truth.filter((one) => one.tapped !== "no").length;
      const { count } = nodeLight(state, "a", T0);
      expect(count).toBeGreaterThanOrEqual(truth.length);
      expect(count).toBeLessThanOrEqual(truth.length + local);
      if (whole) expect([count, totals(state, T0).count]).toEqual([truth.length, sent.flatMap((one) => one.events).length]);
    }), { numRuns: 60 });
  });

  it("ENG-3: the same message in further frames is counted as it was sent, but lights and tells nothing again", () => {
    const one = event("a"), out = listener();
    const state = after([on(), frame(0, batch(0, [one])), frame(1, batch(1, [one, { ...one, flags: ["maybe_repeat"] }]))], {}, out);
    expect(out.hits).toHaveLength(1);
    expect(feed(state, { start: 0, count: 9 }).total).toBe(1);
    expect(ledger(state).duplicates).toBe(2);
  });

  it("ENG-2: what was counted but not carried lights its node in one hit", () => {
    const out = listener();
    after([on(), frame(5, batch(0, [event("a", { flags: ["late"] }), event("a"), event("a"), event("a")], 1))], {}, out);
    expect(out.hits).toEqual([{ node: "a", at: T0 + 5, late: true, token: "t1", count: 1 }, { node: "a", at: T0 + 5, late: false, token: null, count: 3 }]);
  });

  it("ENG-12: a pause freezes every figure and counts on unseen; resume shows what a state that never paused shows", () => {
    fc.assert(fc.property(traffic, traffic, (before, during) => {
      const inputs = inputsOf([...before, ...during], []);
      const cut = inputsOf(before, []).length;
      const state = after(inputs.slice(0, cut)), frozenAt = T0 + 100_000;
      reduce(state, { kind: "pause", at: frozenAt });
      const examine = (at: number) => JSON.stringify([totals(state, at).count, totals(state, at).rate, totals(state, at).sparkline, nodeLight(state, "a", at), feed(state, { start: 0, count: 5 })]);
      const frozen = examine(frozenAt), out = listener();
      for (const input of inputs.slice(cut)) reduce(state, { ...structuredClone(input), at: frozenAt + 1000 }, out);
      expect(examine(frozenAt + 60_000)).toBe(frozen);
      expect(out.hits).toEqual([]);
      reduce(state, { kind: "resume", at: frozenAt + 61_000 }, out);
      const never = after([...inputs.slice(0, cut), ...inputs.slice(cut).map((input) => ({ ...input, at: frozenAt + 1000 }))]);
      expect(fingerprint(state)).toBe(fingerprint(never));
      expect(totals(state, frozenAt + 61_000).pending).toBe(0);
    }), { numRuns: 40 });
  });

  it("ENG-12: resuming at speed brings what waited in its order, at its pace times the speed", () => {
    const out = listener();
    let state = after([on(), { kind: "pause", at: T0 }]);
    for (let n = 0; n < 10; n++) state = reduce(state, frame(n * 1000, batch(n, [event("a")])));
    expect(totals(state, T0 + 10_000).pending).toBe(10);
    reduce(state, { kind: "resume", at: T0 + 10_000, speed: 6 }, out);
    reduce(state, { kind: "tick", at: T0 + 10_500 }, out);
    expect([totals(state, T0 + 10_500).count, totals(state, T0 + 10_500).pending]).toEqual([4, 6]);
    reduce(state, { kind: "tick", at: T0 + 12_000 }, out);
    expect([state.clock.frozenAt, totals(state, T0 + 12_000).count]).toEqual([null, 10]);
    expect(out.hits.map((hit) => hit.at - T0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => n * 1000));
  });

  it("ENG-13: Clear empties and keeps the session; one Undo brings back what was, with what came since", () => {
    fc.assert(fc.property(traffic, traffic, (before, since) => {
      const inputs = inputsOf([...before, ...since], []), cut = inputsOf(before, []).length;
      const straight = after(inputs);
      const state = after(inputs.slice(0, cut));
      reduce(state, { kind: "clear", at: T0 });
      expect([totals(state, T0).count, feed(state, { start: 0, count: 1 }).total, state.session]).toEqual([0, 0, "s1"]);
      for (const input of inputs.slice(cut)) reduce(state, structuredClone(input));
      reduce(state, { kind: "undo", at: T0 });
      for (const uuid of ["a", "b", "c"]) expect(nodeLight(state, uuid, T0)).toEqual(nodeLight(straight, uuid, T0));
      expect(totals(state, T0)).toEqual(totals(straight, T0));
      expect(feed(state, { start: 0, count: 99 }).rows.map((row) => row.id)).toEqual(feed(straight, { start: 0, count: 99 }).rows.map((row) => row.id));
      expect(state.undo).toBeNull();
    }), { numRuns: 40 });
  });

  it("ENG-14: a filter hides and does not stop; under it lights are of carried events", () => {
    const out = listener();
    const mobile = event("b", { properties: { device: "mobile" } }), desktop = event("b", { properties: { device: "desktop" } });
    const state = after([on(), { kind: "filter", at: T0, text: "device:mobile" }, frame(1, batch(0, [mobile, desktop, event("b")], 2))], {}, out);
    expect(nodeLight(state, "b", T0 + 1)).toMatchObject({ count: 1, of: 2, all: 3 });
    expect(out.hits).toHaveLength(1);
    expect([totals(state, T0 + 1).count, totals(state, T0 + 1).filtered]).toMatchObject([3, { count: 1, of: 2 }]);
    reduce(state, { kind: "filter", at: T0 + 2, text: "" });
    expect(nodeLight(state, "b", T0 + 2)).toMatchObject({ count: 3, of: null });
    expect(feed(state, { start: 0, count: 9 }).total).toBe(2);
  });

  it("ENG-14: a filter that cannot be read changes nothing and says why; nodes go by id or label too", () => {
    const state = after([on(), frame(0, batch(0, [event("a"), event("b")])), { kind: "filter", at: T0, text: 'node:"Node a"' }]);
    expect(feed(state, { start: 0, count: 9 }).rows.map((row) => row.nodes)).toEqual([["a"]]);
    reduce(state, { kind: "filter", at: T0, text: "type:nonsense" });
    expect([feed(state, { start: 0, count: 9 }).total, state.filterText, state.filterProblem?.code]).toEqual([1, "type:nonsense", "invalid"]);
  });

  it("TRC-23: a reloaded graph keeps counts with their nodes and matches by the new table", () => {
    const state = after([on("local"), tap(0, heard("A")), tap(0, heard("Z"))]);
    reduce(state, { kind: "graph", at: T0, graph: { ...GRAPH, version: "v2", listens: [{ node: "c", label: "", event_id: "c", names: ["Z"], rule: "segment", filters: [] }] } });
    reduce(state, tap(1, heard("Z")));
    expect([nodeLight(state, "a", T0).count, nodeLight(state, "c", T0).count]).toEqual([1, 1]);
  });

  it("ENG-10: memory is bounded under any traffic", () => {
    const bounds = { events: 50, dedupe: 100, unmapped: 5, paused: 20, log: 30, nodes: 6 };
    let state = after([on()], bounds), position = 0;
    for (let n = 0; n < 2000; n++) {
      if (n === 500) reduce(state, { kind: "pause", at: T0 + n });
      if (n === 1500) reduce(state, { kind: "resume", at: T0 + n });
      const one = n % 3 === 0 ? event("", { name: `name ${n}` }) : event(`node${n}`);
      state = reduce(state, frame(n, batch(position, [one])));
      position += 1;
    }
    const { accumulation: retained } = state;
    expect(retained.events.end - retained.events.start).toBeLessThanOrEqual(50);
    expect(retained.events.rows.length).toBeLessThanOrEqual(50);
    expect(retained.dedupe.young.size + retained.dedupe.older.size).toBeLessThanOrEqual(100);
    expect(retained.unmapped.names.size).toBeLessThanOrEqual(5);
    expect(retained.nodes.size).toBeLessThanOrEqual(6);
    expect(retained.log.entries.length).toBeLessThanOrEqual(30);
    expect(state.recentPositions.length).toBeLessThanOrEqual(64);
    expect(totals(state, T0).count).toBe(2000);
  });

  it("ENG-7: connection states are remembered with their time", () => {
    const state = after([{ kind: "connection", at: T0, state: "live" }, { kind: "connection", at: T0 + 5, state: "live" }, { kind: "connection", at: T0 + 9, state: "stale" }]);
    expect([state.connection, state.connectionSince]).toEqual(["stale", T0 + 9]);
    expect(after([on(), frame(0, hello())]).resyncFrom).toBeNull();
  });
});
