import { expect, it } from "vitest";
import { unlogged } from "../src/sessionlog.ts";
import { after, batch, event, frame, heard, on, tap } from "./support.ts";

it("ENG-19: frames come back with the rows they brought", () => {
  const sent = batch(0, [event("a"), event("b")], 1), one = heard("A");
  const state = after([on(), on("local"), frame(1, sent), tap(2, one)]);
  const [first, second] = [...unlogged(state.kept.log, state.kept.ring)];
  expect(first).toMatchObject({ kind: "frame", frame: sent });
  expect(second).toMatchObject({ kind: "tap", message: { ...one, nodes: ["a"] } });
});
