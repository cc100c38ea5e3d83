import { expect, it } from "vitest";
import { bindPatches, edgePatch, patchText } from "../../src/select/patches.ts";
import type { EventBinding, Graph } from "../../src/wire.gen.ts";
import { after, GRAPH, on, T0 } from "../support.ts";

const bind = (name: string, node: string) => ({ kind: "bind", at: T0, name, node }) as const;
const listening = (rule: EventBinding["rule"]): Graph => ({ ...GRAPH, listens: GRAPH.listens.map((one) => ({ ...one, rule, names: rule === "event_id" ? [one.event_id] : one.names })) });

it("ENG-15: a name for a node without an event is a definition of its own, quoted for any name", () => {
  const [patch] = bindPatches(after([on(), bind('Odd: "name" #1', "d")]));
  expect(patch).toMatchObject({ file: "events/odd-name-1.yaml", fresh: true, ways: ["own"], replaces: "", remains: "Give the node “Node d” the event_id odd-name-1 in the graph." });
  expect(patchText([patch!])).toBe('# events/odd-name-1.yaml (a new file), for the node "Node d"\n# Give the node “Node d” the event_id odd-name-1 in the graph.\nid: odd-name-1\nname: "Odd: \\"name\\" #1"\nprovider_event_names:\n  segment: "Odd: \\"name\\" #1"\n');
});

it("ENG-15: a name for a node that listens replaces nothing, unless that is chosen; and then it says what", () => {
  for (const rule of ["segment", "amplitude"] as const) {
    const state = after([on("remote", { graph: listening(rule) }), bind("Other", "a"), bind("Third", "a")]);
    expect(bindPatches(state).map(({ file, fresh, replaces }) => [file, fresh, replaces])).toEqual([["events/other.yaml", true, ""], ["events/third.yaml", true, ""]]);
    const [first, second] = bindPatches(state, new Map([["Other", "replace"], ["Third", "replace"]]));
    expect(first).toMatchObject({ file: "events/a.yaml", fresh: false, replaces: "A", remains: "Events named A light nothing from then on." });
    expect(second).toMatchObject({ way: "own", ways: ["own"], replaces: "" });
    const cut = first!.diff.filter(({ sign }) => sign === "-").map(({ text }) => text.trim());
    expect(cut).toEqual(rule === "segment" ? ['segment: "A"'] : []);
    expect(patchText([first!])).toContain('# Replaces: "A"\n');
  }
});

it("ENG-15: if a definition names no provider’s event, the name is added to it, and the bare id is said to go", () => {
  const [patch] = bindPatches(after([on("remote", { graph: listening("event_id") }), bind("Other", "a")]));
  expect(patch).toMatchObject({ file: "events/a.yaml", way: "replace", replaces: "a" });
  expect(patch!.diff.map(({ sign, text }) => `${sign}${text}`)).toEqual([" id: a", "+provider_event_names:", '+  segment: "Other"']);
});

it("ENG-15: ids are DagNet’s letters, and never one that the graph has", () => {
  expect(bindPatches(after([on(), bind("💥", "d")]))[0]?.file).toBe("events/event.yaml");
  expect(bindPatches(after([on(), bind("A A", "d"), bind("a a!", "d")])).map(({ file }) => file)).toEqual(["events/a-a.yaml", "events/a-a-2.yaml"]);
  expect(bindPatches(after([on()]))).toEqual([]);
});

it("TRC-17: a missing edge is offered as the graph’s files have it", () => {
  expect(JSON.parse(edgePatch(GRAPH, "a", "c")!)).toEqual({ id: "a-id-to-c-id", from: "a", to: "c", p: {}, query: "from(a-id).to(c-id)" });
  expect(edgePatch(GRAPH, "a", "nowhere")).toBeNull();
});
