import { describe, expect, it } from "vitest";
import type { Action } from "../src/actions.ts";
import { reduce } from "../src/reduce.ts";
import { feed } from "../src/select/feed.ts";
import { ledger, nodeLight, totals } from "../src/select/totals.ts";
import { recentTraces } from "../src/select/traces.ts";
import { unmappedNames } from "../src/select/unmapped.ts";
import { writeSessionLog } from "../src/sessionLogFile.ts";
import { restore, seal, snapshot } from "../src/snapshot.ts";
import { initialState, type State } from "../src/state.ts";
import { after, batch, event, frame, heard, hello, on, T0, tap } from "./support.ts";

describe("snapshot", () => {
  const lived: Action[] = [on(), on("local"), frame(0, hello()), { kind: "filter", at: T0, text: "type:track" }, frame(1, batch(0, [event("a"), event("b", { properties: { "nö": "😀" } }), event(""), event("c")], 3)),
    tap(2, heard("A")), { kind: "follow", at: T0, token: "t1" }, { kind: "bind", at: T0 + 3, name: "Other", node: "d" }];
  const back = (state: State, bytes = 1e6): State => {
    const again = restore(snapshot(state, bytes));
    if (again === null) throw new Error("nothing was restored");
    return again;
  };

  describe("snapshots", () => {
    it("ACC-20: hold nothing that was revealed of people, not even while paused; neither does the session log", () => {
      const shown = (from: number) => batch(from, [event("a", { properties: { revealed: "kept" }, revealed: { userId: "anna" } })]);
      const state = after([on(), frame(0, shown(0)), { kind: "pause", at: T0 + 1 }, frame(2, shown(1))]);
      expect(state.accumulation.events.rows[0]?.revealed).toEqual({ userId: "anna" });
      expect(snapshot(state, 1e6) + writeSessionLog(state)).not.toContain("anna");
      expect(snapshot(state, 1e6)).toContain("kept");
    });

    it("ENG-18: a reload takes the session up where it stood", () => {
      const state = after(lived), again = back(state);
      expect([again.session, again.position, again.lanes, again.filterText, again.follows, [...again.binds], again.connection]).toEqual(["s1", "e.4", ["remote", "local"], "type:track", ["t1"], [["Other", "d"]], "off"]);
      for (const uuid of ["a", "b", "c"]) expect(nodeLight(again, uuid, T0 + 9).count).toBe(nodeLight(state, uuid, T0 + 9).count);
      expect(totals(again, T0 + 9)).toMatchObject({ count: totals(state, T0 + 9).count, mapped: totals(state, T0 + 9).mapped });
      expect(feed(again, { start: 0, count: 9 })).toEqual(feed(state, { start: 0, count: 9 }));
      expect(unmappedNames(again, T0 + 9)).toEqual(unmappedNames(state, T0 + 9));
      expect(ledger(again)).toEqual(ledger(state));
      expect(recentTraces(again, 9)).toEqual(recentTraces(state, 9));
      expect(nodeLight(again, "a", T0 + 9).glow).toBe(nodeLight(state, "a", T0 + 9).glow);
    });

    it("ENG-18: after it the stream goes on, and what was heard is not heard again", () => {
      const sent = event("a"), state = after([on(), frame(1, batch(0, [sent]))]), again = back(state);
      reduce(again, frame(2, batch(1, [sent, event("a")])));
      expect([nodeLight(again, "a", T0).count, again.accumulation.duplicates, feed(again, { start: 0, count: 9 }).total]).toEqual([3, 1, 2]);
      expect(again.resyncFrom).toBeNull();
    });

    it("ENG-18: a snapshot never passes its bound, and counts come before rows", () => {
      let state = after(lived);
      for (let n = 4; n < 400; n++) state = reduce(state, frame(n, batch(n, [event("a", { properties: { text: "é".repeat(100) } })])));
      for (const bytes of [0, 100, 3000, 6000, 20_000, 60_000]) {
        const text = snapshot(state, bytes);
        expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(bytes);
        if (text === "") continue;
        expect(totals(back(state, bytes), T0).count).toBe(totals(state, T0).count);
      }
      expect(feed(back(state, 60_000), { start: 0, count: 1 })).toMatchObject({ rows: [{ name: "A" }] });
    });

    it("ENG-12, ENG-18: what waited in a pause is counted on return, whole or by its counts", () => {
      const paused = after([on(), frame(1, batch(0, [event("a")])), { kind: "pause", at: T0 + 2 }, ...[1, 2, 3].map((n) => frame(n + 2, batch(n, [event("a", { properties: { long: "x".repeat(2000) } })])))]);
      for (const bytes of [1e6, 5000]) {
        const again = reduce(back(paused, bytes), { kind: "tick", at: T0 + 99 });
        expect([totals(again, T0 + 99).count, nodeLight(again, "a", T0).count, again.clock.frozenAt]).toEqual([4, 4, null]);
      }
    });

    it("ENG-18, ENG-19: a session log saved after a reload still counts everything", () => {
      const state = back(after(lived.filter((input) => input.kind !== "bind")));
      const batches = writeSessionLog(state).trim().split("\n").slice(1).map((line) => JSON.parse(line) as { op: string; counts?: Record<string, number> }).filter((line) => line.op === "batch");
      expect(batches).toMatchObject([{ counts: { a: 1, b: 1, c: 1 } }]);
    });

    it("ENG-18: text that is cut, changed, of another version, or not ours is no state", () => {
      const text = snapshot(after(lived), 1e6);
      for (const bad of ["", "{}", "null", text.slice(0, -1), text.replace('"a"', '"b"'), text.replace("snapshot 2", "snapshot 1"), `${text} `, text.split("\n")[1] ?? ""]) expect(restore(bad)).toBeNull();
      expect(restore(`${seal("x")}\nx`)).toBeNull();
    });
  });
});

describe("restore", () => {
  it("ENG-18: a state before any On comes back as such", () => {
    expect(restore(snapshot(initialState(), 10_000))).toMatchObject({ lanes: [], session: "", graph: null });
  });

  it("ENG-18: smaller bounds than before are kept to", () => {
    const state = after([on(), ...[0, 1, 2, 3].map((n) => frame(n, batch(n, [event("a")])))]);
    const again = restore(snapshot(state, 1e6), { events: 2 });
    expect([again?.accumulation.events.end, again?.accumulation.events.start]).toEqual([4, 2]);
    expect(again === null ? 0 : totals(again, T0).count).toBe(4);
  });

  it("ENG-5, ENG-18: rates of the last seconds come back from the rows", () => {
    const state = after([on(), frame(0, batch(0, [event("a"), event("a")]))]);
    const again = restore(snapshot(state, 1e6));
    expect(again === null ? null : nodeLight(again, "a", T0 + 1000).rate).toBe(2);
  });
});
