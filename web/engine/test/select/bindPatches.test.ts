import { expect, it } from "vitest";
import { bindPatches } from "../../src/select/bindPatches.ts";
import { after, on, T0 } from "../support.ts";

it("ENG-15: a name without any letter of DagNet's still gives an id", () => {
  expect(bindPatches(after([on(), { kind: "bind", at: T0, name: "💥", node: "d" }]))[0]?.file).toBe("events/event.yaml");
  expect(bindPatches(after([on()]))).toEqual([]);
});
