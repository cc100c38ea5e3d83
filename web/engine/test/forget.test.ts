import { expect, it } from "vitest";
import { feed } from "../src/select/feed.ts";
import { nodeLight } from "../src/select/light.ts";
import { recentTraces } from "../src/select/traces.ts";
import { sessionLog } from "../src/logfile.ts";
import { snapshot } from "../src/snapshot.ts";
import { after, batch, event, frame, on, T0 } from "./support.ts";

it("ENG-17: everything that carries the token goes, from what is shown, set aside, held and saved; counts stay", () => {
  const of = (token: string) => event("a", { traces: [{ kind: "userId", token }] });
  const state = after([on(), frame(1, batch(0, [of("gone-1"), of("kept")])), { kind: "follow", at: T0, token: "gone-1" }, { kind: "clear", at: T0 + 2 }, frame(3, batch(2, [of("gone-1")])),
    { kind: "pause", at: T0 + 4 }, frame(5, batch(3, [of("gone-1")])), frame(6, { op: "forget", tokens: ["gone-1"] }), { kind: "resume", at: T0 + 7 }, { kind: "undo", at: T0 + 8 }]);
  expect(nodeLight(state, "a", T0).count).toBe(4);
  expect(feed(state, { start: 0, count: 9 }).rows.map((row) => row.traces[0]?.token)).toEqual(["kept"]);
  expect(recentTraces(state, 9)).toHaveLength(1);
  for (const text of [sessionLog(state), snapshot(state, 1e6), JSON.stringify(state.follows)]) expect(text).not.toContain("gone-1");
});
