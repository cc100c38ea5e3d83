import { isProblem } from "@dagnet-realtime/engine/problem";
import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { loadWorkspace, loadYaml } from "../../../app/src/offline/workspace.ts";
import { graphFrom } from "../../src/graph/graphFrom.ts";

const SHOP = `${import.meta.dirname}/../../../../src/dagnet_realtime/samples/shop`;
const texts = (folder: string): (readonly [string, string])[] => readdirSync(`${SHOP}/${folder}`).map((name) => [name, readFileSync(`${SHOP}/${folder}/${name}`, "utf8")]);
const GRAPH = { nodes: [{ uuid: "a", id: "start", label: "Start", event_id: "seen" }], edges: [] };

it("GRA-30: makes of DagNet's plain objects the graph that its files make", () => {
  const files = ["graphs", "events", "nodes"].flatMap((folder) => texts(folder).map(([name, text]) => ({ path: `${folder}/${name}`, text })));
  const whole = loadWorkspace(files);
  const objects = (folder: string) => Object.fromEntries(texts(folder).map(([name, text]) => [name.replace(/\.ya?ml$/, ""), loadYaml(text)]));
  for (const [name, text] of texts("graphs")) {
    const made = graphFrom({ graph: JSON.parse(text) as unknown, events: objects("events"), nodes: objects("nodes"), name: name.replace(".json", "") });
    expect(isProblem(made) ? made : made.graph).toEqual(whole.graphs.get(name.replace(".json", "")));
  }
});

it("GRA-30: takes definitions as a list, and is content without any", () => {
  const listed = graphFrom({ graph: GRAPH, events: [{ id: "seen", provider_event_names: { segment: "Page Seen" } }, null, { name: "nameless" }] });
  expect(isProblem(listed) ? listed : listed.graph.listens[0]?.names).toEqual(["Page Seen"]);
  const bare = graphFrom({ graph: GRAPH });
  expect(isProblem(bare) ? bare : [bare.graph.listens[0]?.names, bare.warnings.map(({ code }) => code)]).toEqual([["seen"], ["definition_missing"]]);
});

it.each([null, 7, "x", [], {}, { nodes: "none" }])("GRA-30: %j is a problem that says why, never an exception", (graph) => {
  expect(graphFrom({ graph })).toMatchObject({ problem: true, title: "This is not a DagNet graph", detail: expect.stringContaining("It is not a DagNet graph") as string });
});
