import { describe, expect, it } from "vitest";
import { readSessionLog, sessionLog } from "../src/logfile.ts";
import { isProblem } from "../src/problem.ts";
import type { State } from "../src/state.ts";
import { nodeLight, totals } from "../src/select/light.ts";
import { bindPatches } from "../src/select/patch.ts";
import { feed } from "../src/select/feed.ts";
import { coverage } from "../src/select/coverage.ts";
import { trace } from "../src/select/traces.ts";
import { unmappedNames } from "../src/select/unmapped.ts";
import { after, batch, event, frame, heard, on, T0, tap } from "./support.ts";

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

it("ENG-15: it reaches back behind Clear, and ends with unbind for what comes", () => {
  const state = after([on(), frame(1, batch(0, [event("")])), { kind: "clear", at: T0 + 2 }, bound, { kind: "undo", at: T0 + 6 }, { kind: "unbind", at: T0 + 7, name: "Unheard" }, frame(8, batch(1, [event("")]))]);
  expect([nodeLight(state, "d", T0).count, unmappedNames(state, T0).names[0]?.count]).toEqual([1, 1]);
});

describe("what a binding filled", () => {
  const off = (at: number) => ({ kind: "unbind", at: T0 + at, name: "Unheard" }) as const;
  const came = [frame(6, batch(0, [event(""), event("")], 1)), tap(7, heard("Unheard"))];
  const counts = (state: State) => [nodeLight(state, "d", T0).count, totals(state, T0), unmappedNames(state, T0).names.map(({ count }) => count)];
  const filled = [3, { count: 3, mapped: 3, unmapped: 0 }, []];

  it("ENG-13, ENG-15: stays after unbind and Undo, whichever came between", () => {
    for (const inputs of [[bound, ...came, off(9)], [bound, clear, ...came, off(9), undo], [bound, ...came, clear, off(9), undo], [bound, clear, ...came, undo, off(11)]])
      expect(counts(after([on(), on("local"), ...inputs]))).toMatchObject(filled);
  });

  it("ENG-15, ENG-19: stays in the session log, and in a log that has summed its frames", () => {
    for (const log of [60_000, 4]) {
      const read = readSessionLog(sessionLog(after([on(), ...came.slice(0, 1), bound, off(9), frame(12, batch(2, [event("a")]))], { log })));
      expect(isProblem(read)).toBe(false);
      if (!isProblem(read)) expect(counts(after([on("replay", { position: "" }), ...read.frames]))).toMatchObject([2, { count: 3, mapped: 3 }, []]);
    }
  });

  it("ENG-12, ENG-15: is what a picture that never paused shows", () => {
    const acts = [bound, { kind: "pause", at: T0 + 5 }, ...came, off(9), frame(10, batch(2, [event("")])), { kind: "resume", at: T0 + 12 }] as const;
    const [paused, never] = [after([on(), on("local"), ...acts]), after([on(), on("local"), ...acts.filter(({ kind }) => kind !== "pause" && kind !== "resume")])];
    expect(counts(paused)).toEqual(counts(never));
    expect(counts(paused)).toMatchObject([3, { count: 4, mapped: 3 }, [1]]);
  });
});

it("ENG-15: a node that is not there, or a second node, is not bound", () => {
  const state = after([on(), { ...bound, node: "nowhere" }, bound, { ...bound, node: "a" }]);
  expect([...state.binds]).toEqual([["Unheard", "d"]]);
});

it("ENG-15: bindings leave as patches to the event definitions, quoted whatever the name", () => {
  const state = after([on(), { ...bound, name: 'Odd: "name" #1' }, { ...bound, name: "Other", node: "a" }, { ...bound, name: "Third", node: "a" }]);
  expect(bindPatches(state)).toEqual([
    { file: "events/odd-name-1.yaml", text: '# A definition for the node "Node d"; give the node event_id: odd-name-1 in the graph.\nid: odd-name-1\nname: "Odd: \\"name\\" #1"\nprovider_event_names:\n  segment: "Odd: \\"name\\" #1"\n' },
    { file: "events/a.yaml", text: '# Merge into the definition of a, for the node "Node a".\nprovider_event_names:\n  segment: "Other"\n  # also seen: "Third"; a definition holds one name, so this needs one of its own\n' },
  ]);
});
