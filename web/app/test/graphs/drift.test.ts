import { expect, it } from "vitest";
import { Bindings } from "../../src/graphs/bindings.ts";
import { drift } from "../../src/graphs/drift.ts";

it("GRA-11: indexes and files that disagree are told", () => {
  const bindings = new Bindings(
    new Map<string, unknown>([
      ["events-index.yaml", { events: [{ id: "gone", file_path: "events/gone.yaml" }, { id: "out", file_path: "../x.yaml" }] }],
      ["nodes-index.yaml", { nodes: [{ id: "n", event_id: "a" }] }],
      ["nodes/n.yaml", { event_id: "b" }],
      ["events/here.yaml", { id: "other" }],
    ]),
  );
  expect(drift(bindings, []).map((one) => one.code)).toEqual(["index_drift", "index_path", "index_drift", "index_drift", "id_drift", "unused_definition"]);
});
