import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSessionLog, writeSessionLog } from "../../src/sessionLogFile.ts";
import { isProblem } from "../../src/problem.ts";
import { reduce } from "../../src/reduce.ts";
import { restore, snapshot } from "../../src/snapshot.ts";
import { followed, trace, traceJoins } from "../../src/select/traces.ts";
import type { State } from "../../src/state.ts";
import { setFollowed } from "../../src/traces/bridge.ts";
import type { FrameEvent } from "../../src/wire.gen.ts";
import { after, batch, event, frame, heard, listener, on, T0, tap } from "../support.ts";

const walk = [on(), frame(1, batch(0, [event("a")])), frame(2, batch(1, [event("b", { occurred_at: new Date(T0 + 1).toISOString() })]))];

it("ENG-5: following marks the steps of a trace, and lasts over Clear", () => {
  const out = listener();
  const state = after([on(), { kind: "follow", at: T0, token: "t1" }, ...walk.slice(1)], {}, out);
  expect(out.steps).toMatchObject([{ token: "t1", followed: true }]);
  expect(followed(state)).toHaveLength(1);
  reduce(state, { kind: "clear", at: T0 + 9 });
  expect([...(state.accumulation.traces?.followed.keys() ?? [])]).toEqual(["t1"]);
  for (const kind of ["unfollow", "follow", "unfollowAll"] as const) reduce(state, { kind, at: T0, token: "t1" });
  expect([state.follows, state.accumulation.traces?.followed.size]).toEqual([[], 0]);
});

it("ENG-10: at most 50 are followed, the last ones", () => {
  const state = after(walk);
  setFollowed(state, Array.from({ length: 60 }, (_, n) => `t${n}`));
  expect([state.follows.length, state.follows[0], state.accumulation.traces?.followed.size]).toEqual([50, "t10", 50]);
});

it("ENG-13: a join can be undone and done again", () => {
  const both = event("a", { traces: [{ kind: "userId", token: "u1" }, { kind: "anonymousId", token: "x2" }] });
  const state = after([on(), frame(1, batch(0, [event("a", { traces: [{ kind: "userId", token: "u1" }] }), event("b", { traces: [{ kind: "anonymousId", token: "x2" }] }), both]))]);
  const [join] = traceJoins(state, 9);
  expect(join?.undone).toBe(false);
  reduce(state, { kind: "unjoin", at: T0, join: join?.id ?? -1 });
  expect(traceJoins(state, 9)[0]?.undone).toBe(true);
  reduce(state, { kind: "rejoin", at: T0, join: join?.id ?? -1 });
  expect(traceJoins(state, 9)[0]?.undone).toBe(false);
});

/** Events of one moment that walk `nodes`, as a log holds them from `offset` on; ids say nothing of the order. */
const sent = (nodes: string, offset: number | null, more: Partial<FrameEvent> = {}): FrameEvent[] =>
  nodes.split(" ").map((node, n) => event(node, { id: `${(n * 7919) % 13}-${node}-${offset ?? "none"}-${n}`, ...(offset === null ? {} : { offset: offset + n }), ...more }));
const way = (state: State): string => trace(state, "t1")?.steps.map(({ move, node }) => `${move} ${node ?? ""}`).join(", ") ?? "";
const WALKED = "entry a, step b, step c";

describe("events of one moment", () => {
  const SENT = sent("a b c", 1);

  it("TRC-9: follow the order of the log, with any ids, in any order of arrival, over a snapshot, a replay and an Undo", () => {
    fc.assert(fc.property(fc.shuffledSubarray(SENT, { minLength: 3 }), fc.array(fc.nat(2), { maxLength: 2 }), (events, cuts) => {
      const [from = 0, to = 3] = [...cuts].sort();
      const frames = [events.slice(0, from), events.slice(from, to), events.slice(to)];
      const lived = [on(), ...frames.map((some, n) => frame(n, batch(frames.slice(0, n).flat().length, some)))];
      const state = after(lived);
      expect(way(state)).toBe(WALKED);
      expect(way(restore(snapshot(state, 1e6)) ?? state)).toBe(WALKED);
      expect(way(restore(snapshot(state, 2_000)) ?? state)).not.toContain("jump");
      const log = readSessionLog(writeSessionLog(state));
      expect(isProblem(log)).toBe(false);
      if (!isProblem(log)) expect(way(after([on("replay", { position: "" }), ...log.frames]))).toBe(WALKED);
      const [first, ...rest] = lived;
      expect(way(after([first!, ...rest.slice(0, 1), { kind: "clear", at: T0 + 1 }, ...rest.slice(1), { kind: "undo", at: T0 + 9 }]))).toBe(WALKED);
      expect(way(after([first!, { kind: "pause", at: T0 }, ...rest, { kind: "resume", at: T0 + 9 }]))).toBe(WALKED);
    }), { numRuns: 60 });
  });

  it("TRC-9: a past that is brought later stands before what was carried at once", () => {
    const [a, b, c] = SENT;
    const past = { ...batch(4, []), from: "e.4", position: "e.4", events: [a!, b!], ledger: { ...batch(4, []).ledger, offered: 0 } };
    expect(way(after([on(), frame(0, batch(0, [event("a"), event("b"), event("c"), c!], 0)), frame(1, { ...batch(3, [c!]), from: "e.4", position: "e.5" }), frame(2, { ...past, from: "e.5", position: "e.5" })]))).toBe(WALKED);
  });

  it("TRC-9: a log that began another life goes on behind the one before", () => {
    const [a, b, c] = SENT;
    const lived = [on(), frame(0, batch(0, [a!, b!])), frame(1, { op: "gap", from: "e.2", to: "f.0", missed: null, reason: "epoch" }), frame(2, { ...batch(0, [{ ...c!, offset: 1 }]), from: "f.0", position: "f.1" })] as const;
    const state = after(lived);
    expect(way(state)).toBe(WALKED);
    const again = restore(snapshot(state, 1e6));
    expect(again?.lives).toBe(1);
    const log = readSessionLog(writeSessionLog(state));
    if (!isProblem(log)) expect(way(after([on("replay", { position: "" }), ...log.frames]))).toBe(WALKED);
  });

  it("TRC-9: without a place in a log they follow their arrival, from an older server and from this browser", () => {
    expect(way(after([on(), frame(0, batch(0, sent("a b c", null)))]))).toBe(WALKED);
    const own = (name: string, id: string) => tap(1, heard(name, { messageId: id, properties: { device: "mobile" }, traces: [{ kind: "k", token: "t1" }] }));
    expect(way(after([on("local"), own("A", "z"), own("B", "y"), own("C", "x")]))).toBe(WALKED);
    expect(way(restore(snapshot(after([on("local"), own("A", "z"), own("B", "y")]), 1e6)) ?? after([])).split(", ")).toHaveLength(2);
    expect(way(reduce(restore(snapshot(after([on("local"), own("A", "z"), own("B", "y")]), 1e6)) ?? after([]), own("C", "x")))).toBe(WALKED);
  });

  it("TRC-9: what this browser heard takes its twin's place in the log", () => {
    const own = (name: string, id: string) => tap(1, heard(name, { messageId: id, properties: { device: "mobile" }, traces: [{ kind: "k", token: "t1" }] }));
    const twins = ["a", "b", "c"].map((node, n) => event(node, { id: node, offset: n + 1 }));
    expect(way(after([on(), on("local"), own("C", "c"), own("B", "b"), own("A", "a"), frame(2, batch(0, twins))]))).toBe(WALKED);
    expect(way(after([on(), on("local"), own("C", "c"), frame(2, batch(0, twins)), own("B", "b"), own("A", "a")]))).toBe(WALKED);
  });
});
