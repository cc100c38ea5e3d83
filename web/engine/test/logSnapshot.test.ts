import fc from "fast-check";
import { expect, it } from "vitest";
import type { Action } from "../src/actions.ts";
import { logText, readLog } from "../src/logSnapshot.ts";
import { reduce } from "../src/reduce.ts";
import { ledger, nodeLight, totals } from "../src/select/totals.ts";
import { recentTraces } from "../src/select/traces.ts";
import { readSessionLog, writeSessionLog } from "../src/sessionLogFile.ts";
import { isProblem } from "../src/problem.ts";
import { restore, snapshot } from "../src/snapshot.ts";
import { initialState, type Options, type State } from "../src/state.ts";
import { unmappedNames } from "../src/select/unmapped.ts";
import { after, batch, event, frame, GRAPH, heard, hello, on, T0, tap } from "./support.ts";

const step = fc.record({
  what: fc.constantFrom("frame", "frame", "frame", "tap", "twin", "test", "gap", "forget", "bind", "pause", "resume"),
  node: fc.constantFrom("a", "b", "c", ""), person: fc.constantFrom("t1", "t2", "t3"), n: fc.nat(3), ms: fc.constantFrom(0, 40, 300, 1000, 4000),
  reload: fc.boolean(),
});

/** A session as `steps` have it; with `reloads` the tab is reloaded where they say so. */
function live(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[], reloads: boolean, bytes = 1e6): { state: State; end: number } {
  let state = after([on(), on("local"), frame(0, hello())]);
  let [at, position, id, twin] = [0, 0, 0, ""];
  const take = (input: Action): void => { state = reduce(state, structuredClone(input)); };
  for (const { what, node, person, n, ms, reload } of steps) {
    at += ms;
    id += 1;
    const traces = [{ kind: "anonymousId", token: person }];
    const carried = (test: boolean, own = `r${id}`) => event(node, { id: own, traces, offset: position + 1, ...(test ? { flags: ["test"] as const } : {}) });
    if (what === "tap") take(tap(at, heard(node === "" ? "Unheard" : node.toUpperCase(), { messageId: (twin = `l${id}`), traces })));
    else if (what === "gap") {
      take(frame(at, { op: "gap", from: `e.${position}`, to: `e.${position + n}`, missed: n === 0 ? null : n, reason: "lost" }));
      position += n;
    } else if (what === "forget") take(frame(at, { op: "forget", tokens: [person] }));
    else if (what === "bind") take({ kind: "bind", at: T0 + at, name: "Unheard", node: "d" });
    else if (what === "pause" || what === "resume") take({ kind: what, at: T0 + at });
    else {
      const events = Array.from({ length: n + 1 }, (_, index) => carried(what === "test", what === "twin" && index === 0 && twin !== "" ? twin : `r${id}.${index}`));
      take(frame(at, batch(position, events, what === "frame" && n === 3 ? 2 : events.length)));
      position += events.length;
    }
    if (!reloads || !reload) continue;
    // The page is gone: what was paused is counted on return.
    const again = restore(snapshot(state, bytes, logText), {}, readLog);
    if (again === null) throw new Error("nothing was restored");
    state = reduce(again, { kind: "tick", at: T0 + at });
  }
  return { state: reduce(state, { kind: "resume", at: T0 + at }), end: at };
}

/** What a replay of the state's log shows at each second. */
function seconds(state: State, end: number, options: Partial<Options> = {}): unknown[] {
  const log = readSessionLog(writeSessionLog(state));
  if (isProblem(log)) throw new Error(log.detail);
  let played = reduce(initialState(options), on("replay", { position: "" }));
  let next = 0;
  return Array.from({ length: Math.ceil(end / 1000) + 1 }, (_, second) => {
    const at = T0 + second * 1000;
    for (; (log.frames[next]?.at ?? Infinity) <= at; next += 1) {
      const entry = log.frames[next];
      if (entry !== undefined) played = reduce(played, entry);
    }
    const nodes = GRAPH.nodes.map(({ uuid }) => nodeLight(played, uuid, at).count);
    return { nodes, counts: totals(played, at).count, tests: totals(played, at).tests, unmapped: unmappedNames(played, at).names.map(({ name, count }) => [name, count]), missed: ledger(played).missed, traces: recentTraces(played, 9).map(({ token }) => token).sort() };
  });
}

it("ENG-19: the log of a session with reloads replays to the same state at every second", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 25 }), (given) => {
    // Where a tab is reloaded in a pause, that pause ends.
    const steps = given.map((one, index) => ({ ...one, reload: one.reload && !given.slice(0, index + 1).some(({ what }) => what === "pause") }));
    const plain = live(steps, false), reloaded = live(steps, true);
    expect(seconds(reloaded.state, reloaded.end)).toEqual(seconds(plain.state, plain.end));
    expect(totals(reloaded.state, T0 + plain.end).count).toBe(totals(plain.state, T0 + plain.end).count);
  }), { numRuns: 60 });
});

it("ENG-19: if there is less room batches are one a second or longer, and the state at each second stays", () => {
  const inputs = Array.from({ length: 900 }, (_, n) => frame(n * 50 + 10, batch(n, [event("a", { properties: { text: "x".repeat(300) } })])));
  const state = after([on(), frame(0, hello()), ...inputs]);
  const again = restore(snapshot(state, 60_000, logText), {}, readLog);
  if (again === null) throw new Error("nothing was restored");
  expect(again.accumulation.log.entries.length).toBeLessThan(100);
  const counts = (one: State) => seconds(one, 45_000).map((shown) => (shown as { counts: number }).counts);
  expect(counts(again)).toEqual(counts(state));
});

it("ENG-19: rows that were deleted leave the numbers of the others as they were", () => {
  const state = after([on(), frame(1, batch(0, [event("a", { traces: [{ kind: "userId", token: "gone" }] }), event("b")])), frame(2, { op: "forget", tokens: ["gone"] }), frame(3, batch(2, [event("c")]))]);
  const again = restore(snapshot(state, 1e6, logText), {}, readLog);
  if (again === null) throw new Error("nothing was restored");
  expect(writeSessionLog(again)).toBe(writeSessionLog(state));
});
