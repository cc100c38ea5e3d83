import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { loadWorkspace, loadYaml } from "../../../app/src/offline/workspace.ts";
import { graphFrom } from "../../src/graph/graphFrom.ts";

const SHOP = `${import.meta.dirname}/../../../../src/dagnet_realtime/samples/shop`;
const texts = (folder: string): (readonly [string, string])[] => readdirSync(`${SHOP}/${folder}`).map((name) => [name, readFileSync(`${SHOP}/${folder}/${name}`, "utf8")]);
const NODE = { uuid: "a", id: "start", label: "Start", event_id: "seen", layout: { x: 1, y: 2 } };
const GRAPH = { nodes: [NODE], edges: [] };
const codes = (made: ReturnType<typeof graphFrom>) => made.warnings.map(({ code }) => code);

it("GRA-30: makes of DagNet's plain objects the graph that its files make", () => {
  const files = ["graphs", "events", "nodes"].flatMap((folder) => texts(folder).map(([name, text]) => ({ path: `${folder}/${name}`, text })));
  const whole = loadWorkspace(files);
  const objects = (folder: string) => Object.fromEntries(texts(folder).map(([name, text]) => [name.replace(/\.ya?ml$/, ""), loadYaml(text)]));
  for (const [name, text] of texts("graphs")) {
    const made = graphFrom({ graph: JSON.parse(text) as unknown, events: objects("events"), nodes: objects("nodes"), name: name.replace(".json", "") });
    expect(made.graph).toEqual(whole.graphs.get(name.replace(".json", "")));
  }
});

const SEEN = { id: "seen", provider_event_names: { segment: "Page Seen" } };
it.each([
  ["a list", [SEEN]],
  ["a record by id", { seen: SEEN }],
  ["DagNet's file registry", { "event-seen": { fileId: "event-seen", type: "event", data: SEEN } }],
  ["its files in a list, by their names rather than their own ids", [{ fileId: "event-seen", type: "event", data: { ...SEEN, id: "drifted" } }]],
  ["a map", new Map([["seen", SEEN]])],
])("GRA-30: takes definitions as %s", (_, events) => {
  expect(graphFrom({ graph: GRAPH, events }).graph.listens[0]?.names).toEqual(["Page Seen"]);
});

it("GRA-30: passes over what DagNet's registry holds of other kinds, and names what is not loaded", () => {
  const files = [{ fileId: "event-seen", data: SEEN }, { fileId: "parameter-p", data: { id: "p" } }, { fileId: "graph-g", data: GRAPH }, { fileId: "node-start", data: { id: "start" } }, { fileId: "event-later", data: null }];
  for (const registry of [files, Object.fromEntries(files.map((file) => [file.fileId, file]))]) {
    const made = graphFrom({ graph: GRAPH, events: registry, nodes: registry });
    expect([made.graph.listens[0]?.names, made.warnings.map(({ code, where }) => [code, where])]).toEqual([["Page Seen"], [["definition_broken", "events.event-later"]]]);
  }
});

it("GRA-30: is content without definitions, and names what is none", () => {
  expect(graphFrom({ graph: GRAPH, events: null })).toMatchObject({ graph: { listens: [{ names: ["seen"] }] }, warnings: [{ code: "definition_missing" }] });
  const broken = graphFrom({ graph: GRAPH, events: [SEEN, null, { name: "nameless" }], nodes: { start: 7 } });
  expect(broken.warnings.map(({ code, where }) => `${code} ${where}`)).toEqual(["definition_broken events[1]", "definition_broken events[2]", "definition_broken nodes.start"]);
  expect(codes(graphFrom({ graph: GRAPH, events: Array(100).fill(0) })).filter((code) => code === "definition_broken")).toHaveLength(21);
});

it.each([null, undefined, 7, "x", [], {}, { nodes: "none" }])("GRA-30: %j has no nodes, and says why", (graph) => {
  expect(graphFrom({ graph })).toMatchObject({ graph: { nodes: [], edges: [] }, warnings: [{ code: "unreadable", text: expect.stringContaining("What was given is not a DagNet graph") as string }] });
});

it("GRA-30: what an editor may hold for a moment gives warnings, never an exception", () => {
  const round: Record<string, unknown> = { uuid: "r", id: "round", layout: {} };
  round["self"] = round;
  round["event"] = round;
  const cyclic = graphFrom({ graph: { nodes: [round, NODE, NODE, null], edges: [{ from: "a", to: "nowhere" }, { uuid: "e", from: "a", to: "r", p: round }, round], metadata: round }, events: { round }, nodes: [round] });
  expect(cyclic.graph.nodes.map(({ uuid }) => uuid)).toEqual(["r", "a"]);
  expect(cyclic.graph.edges.map(({ uuid }) => uuid)).toEqual(["e"]);
  expect(new Set(codes(cyclic))).toEqual(new Set(["duplicate_uuid", "node_broken", "edge_unresolved", "definition_missing", "no_layout"]));
  const thrower = { nodes: [NODE], get edges(): never { throw new Error("gone"); }, get name(): never { throw new Error("gone"); } };
  expect(graphFrom({ graph: thrower })).toMatchObject({ graph: { nodes: [], name: "graph" }, warnings: [{ code: "unreadable" }] });
  expect(graphFrom(undefined as unknown as Parameters<typeof graphFrom>[0]).graph.nodes).toEqual([]);
  const huge = graphFrom({ graph: { nodes: Array.from({ length: 6000 }, (_, n) => ({ uuid: `n${n}`, label: "x".repeat(100_000), layout: { x: n, y: 0 } })), edges: [] } });
  expect([huge.graph.nodes.length, huge.graph.nodes[0]?.label.length, codes(huge)]).toEqual([5000, 256, ["too_many"]]);
});
