import { expect, it } from "vitest";
import { reduce } from "../src/reduce.ts";
import { followed, traceJoins } from "../src/select/traces.ts";
import { follow } from "../src/trail.ts";
import { after, batch, event, frame, listener, on, T0 } from "./support.ts";

const walk = [on(), frame(1, batch(0, [event("a")])), frame(2, batch(1, [event("b", { occurred_at: new Date(T0 + 1).toISOString() })]))];

it("ENG-5: following marks the steps of a trace, and lasts over Clear", () => {
  const out = listener();
  const state = after([on(), { kind: "follow", at: T0, token: "t1" }, ...walk.slice(1)], {}, out);
  expect(out.steps).toMatchObject([{ token: "t1", followed: true }]);
  expect(followed(state)).toHaveLength(1);
  reduce(state, { kind: "clear", at: T0 + 9 });
  expect([...(state.kept.traces?.held.keys() ?? [])]).toEqual(["t1"]);
  for (const kind of ["unfollow", "follow", "unfollowAll"] as const) reduce(state, { kind, at: T0, token: "t1" });
  expect([state.follows, state.kept.traces?.held.size]).toEqual([[], 0]);
});

it("ENG-10: at most 50 are followed, the last ones", () => {
  const state = after(walk);
  follow(state, Array.from({ length: 60 }, (_, n) => `t${n}`));
  expect([state.follows.length, state.follows[0], state.kept.traces?.held.size]).toEqual([50, "t10", 50]);
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
