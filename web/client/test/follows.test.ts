import { expect, it } from "vitest";
import { followedAndOwn, ownTokens } from "../src/follows.ts";
import { batch, GRAPH, hello, scene } from "../../app/test/support/page.ts";

const tapped = (messageId: string, token = "me_1") => ({ messageId, type: "track" as const, name: "see_a", names: ["see_a"], occurredAt: 1, stage: "called" as const, traces: [{ kind: "anonymousId", token }], properties: {} });

it("TAP-13: the remote tokens of events that both lanes brought are this browser's own, at most six, newest first", () => {
  const { engine } = scene();
  engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
  engine.dispatch({ kind: "on", session: "s1", position: "", graph: GRAPH, lane: "local" });
  engine.dispatch({ kind: "frame", frame: hello });
  expect(ownTokens(engine.state)).toEqual([]);
  engine.dispatch({ kind: "tap", message: tapped("m0") });
  engine.dispatch({ kind: "frame", frame: batch(0, "m0") });
  engine.dispatch({ kind: "frame", frame: batch(1, "somebody else's") });
  expect(ownTokens(engine.state)).toEqual(["t"]);
  engine.dispatch({ kind: "follow", token: "x" });
  expect(followedAndOwn(engine.state)).toEqual(["x", "t"]);
});
