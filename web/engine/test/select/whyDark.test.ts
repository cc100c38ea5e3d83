import { describe, expect, it } from "vitest";
import { whyDark } from "../../src/select/whyDark.ts";
import { after, batch, event, frame, GRAPH, listen, nodeOf, on, T0 } from "../support.ts";

const kinds = (...args: Parameters<typeof whyDark>) => whyDark(...args).map(({ kind }) => kind);

describe("why a node is dark", () => {
  it("ENG-26: nothing is said of a node that was seen, of one that is not there, nor before On", () => {
    const state = after([on(), frame(0, batch(0, [event("a")]))]);
    expect([whyDark(state, "a"), whyDark(state, "nowhere"), whyDark(after([]), "a")]).toEqual([[], [], []]);
  });

  it("ENG-26: no event of its name came, and nothing upstream was seen", () => {
    const state = after([on()]);
    expect(whyDark(state, "a")).toEqual([{ kind: "never", names: ["A"], since: T0, missed: 0 }]);
    expect(whyDark(state, "c")).toEqual([{ kind: "upstream", nodes: ["b"] }, { kind: "never", names: ["C"], since: T0, missed: 0 }]);
    const further = after([on(), frame(0, batch(0, [event("b")]))]);
    expect(kinds(further, "c")).toEqual(["never"]);
  });

  it("ENG-26: upstream reaches over nodes that have no event, round circles, and not beyond those that have one", () => {
    const edge = (source: string, target: string) => ({ ...(GRAPH.edges[0] as (typeof GRAPH.edges)[number]), uuid: `${source}${target}`, source, target });
    const graph = { ...GRAPH, edges: [edge("a", "d"), edge("d", "c"), edge("c", "d")] };
    expect(whyDark(after([on("remote", { graph })]), "c")[0]).toEqual({ kind: "upstream", nodes: ["a"] });
    expect(kinds(after([on("remote", { graph }), frame(0, batch(0, [event("a")]))]), "c")).toEqual(["never"]);
  });

  it("ENG-26: its event came in another spelling", () => {
    const state = after([on(), frame(0, batch(0, [event("", { name: "c" }), event("", { name: "c" }), event("", { name: " C" }), event("", { name: "quite different" })]))]);
    expect(whyDark(state, "c").filter(({ kind }) => kind === "spelling")).toEqual([
      { kind: "spelling", name: "c", expected: "C", why: "case", count: 2 }, { kind: "spelling", name: " C", expected: "C", why: "signs", count: 1 },
    ]);
  });

  it("ENG-26: a spelling is reported at the node that it is most like, and another number is another name", () => {
    const graph = { ...GRAPH, listens: [listen("a", "Step one done"), listen("b", "Step one gone"), listen("c", "Step 2")] };
    const state = after([on("remote", { graph }), frame(0, batch(0, [event("", { name: "step one done" }), event("", { name: "Step 3" })]))]);
    expect([kinds(state, "a"), kinds(state, "b"), kinds(state, "c")]).toEqual([["spelling", "never"], ["upstream", "never"], ["upstream", "never"]]);
  });

  it("ENG-26: its event came, and its filter let none through, whether that lit nothing or another node", () => {
    const state = after([on(), frame(0, batch(0, [event("", { name: "B", properties: { device: "tablet" } }), event("", { name: "B" })]))]);
    expect(whyDark(state, "b")).toEqual([{ kind: "filter", names: ["B"], count: 2, reasons: [
      { reason: "its property device was “tablet”, and must be “mobile”", count: 1 }, { reason: "its property device is missing, and must be “mobile”", count: 1 },
    ] }]);
    const filter = (value: string) => [{ property: "step", operator: "is", values: [value], property_type: "event" }] as const;
    const graph = { ...GRAPH, listens: [listen("a", "Step", filter("one")), listen("b", "Step", filter("two"))] };
    const shared = after([on("remote", { graph }), frame(0, batch(0, [event("a", { name: "Step", properties: { step: "one" } })]))]);
    expect(whyDark(shared, "b")).toEqual([{ kind: "filter", names: ["Step"], count: 1, reasons: [{ reason: "its property step was “one”, and must be “two”", count: 1 }] }]);
  });

  it("ENG-26: it asks for what is not kept; one without an event says so elsewhere", () => {
    expect(whyDark(after([on()]), "d")).toEqual([]);
    const graph = { ...GRAPH, nodes: [nodeOf("a")], listens: [listen("a", "A", [{ property: "email", operator: "is", values: ["x"], property_type: "event", unkept: "its name is personal" }])] };
    expect(whyDark(after([on("remote", { graph })]), "a")).toEqual([{ kind: "not-kept", why: "its filter asks for “email”, which is not kept here: its name is personal" }]);
  });
});
