import { describe, expect, it } from "vitest";
import { call } from "../src/host.ts";
import { batch, carried, GRAPH, T0 } from "./support.ts";

const SPEC = { format: "dagnet-realtime/expect@1", graph: "uk-checkout-journey", expect: [{ lit: ["basket"] }], policy: { near_misses: "allow", unmapped: "allow" } };
const ask = (name: string, ...values: unknown[]): Record<string, unknown> => JSON.parse(call(name, JSON.stringify(values))) as Record<string, unknown>;
const json = JSON.stringify;

describe("the evaluator for a host that speaks JSON", () => {
  it("EXP-1: reads a file, opens a run, takes frames and reports", () => {
    expect(ask("read", json(SPEC), json(GRAPH), "{}")).toMatchObject({ issues: [], warnings: [], wait: 10_000, settle: 2000, graph: "uk-checkout-journey" });
    const { run } = ask("open", json(GRAPH), T0, json([{ name: "expectations/a.yaml", spec: SPEC }]), "{}");
    const frame = batch(0, [carried({ who: ["a"], name: "add_to_cart", nodes: ["basket"], at: 0 }, 0)]);
    expect(ask("take", run, json([{ at: T0 + 5, ...frame }]), "")).toEqual({ events: 1, last: T0 + 5, lacks: false });
    expect(ask("report", run, true)).toMatchObject([{ name: "expectations/a.yaml", verdict: "met", items: [{ verdict: "met", at: T0 + 5 }] }]);
    expect(ask("close", run)).toEqual({ closed: true });
  });

  it("EXP-1: a frame that cannot be read is a gap", () => {
    const { run } = ask("open", json(GRAPH), T0, "[]", "{}");
    expect(ask("take", run, json([{ at: T0, op: "batch" }, 7, null]), "")).toMatchObject({ lacks: true });
  });

  it("EXP-10: a check of a scope is any expectation, or a file by its name; its identifiers are learnt by markers", () => {
    const { run } = ask("open", json(GRAPH), T0, json([{ name: "expectations/a.yaml", spec: SPEC }]), "{}");
    ask("scope", run, "s1");
    ask("mark", run, "marker");
    expect(ask("check", run, "s1", "c1", json({ lit: ["basket"] }))).toMatchObject({ verdict: "open" });
    expect(ask("check", run, "s1", "c2", json({ file: "a" }))).toMatchObject({ verdict: "open" });
    expect(ask("check", run, "s1", "c3", json({ file: "b" }))).toMatchObject({ issues: [{ text: "there is no expectations file b; those here are expectations/a.yaml" }] });
    expect(ask("check", run, "s1", "c4", json({ lit: ["baskt"] }))).toMatchObject({ issues: [{ text: expect.stringContaining("did you mean “basket”?") as string }] });
    expect(ask("check", run, "s1", "c4", json(Array(201).fill({ lit: ["basket"] })))).toMatchObject({ issues: [{ text: "a check has 201 expectations, and 200 are the most" }] });
    expect(ask("check", run, "s2", "c5", json({ lit: ["basket"] }))).toMatchObject({ problem: true });
    const marker = carried({ who: ["t-a"], type: "identify", name: "identify", at: 0, id: "marker" }, 0);
    ask("take", run, json([{ at: T0, ...batch(0, [marker, carried({ who: ["t-a"], name: "add_to_cart", nodes: ["basket"], at: 0 }, 1)]) }]), "");
    const { token } = ask("marked", run, "marker");
    ask("claim", run, "s1", token);
    expect(ask("verdict", run, "c1", false)).toMatchObject({ verdict: "met" });
    expect(ask("verdict", run, "c2", true)).toMatchObject({ verdict: "met" });
    expect(ask("quiet", run, "s1")).toEqual({ events: 1, last: T0 });
    expect(ask("policy", run, "s1", json({ unmapped: "fail" }))).toMatchObject({ verdict: "met" });
    ask("drop", run, "s1");
    expect(ask("verdict", run, "c1", true)).toMatchObject({ problem: true });
  });

  it("EXP-1: a wrong request is answered, not thrown", () => {
    expect(ask("nothing")).toMatchObject({ problem: true });
    expect(ask("toString")).toMatchObject({ problem: true });
    expect(ask("open", "{", T0, "[]", "{}")).toMatchObject({ problem: true });
    expect(ask("open", json(GRAPH), T0, json([{ name: "x", spec: {} }]), "{}")).toMatchObject({ problem: true });
    expect(ask("read", json({}), "", "{}")).toMatchObject({ issues: [{}, {}] });
    expect(ask("read", json(SPEC), json({}), "{}")).toMatchObject({ issues: [{ path: ["graph"] }] });
    expect(ask("record", "nothing", "")).toMatchObject({ problem: true });
    expect(ask("head", "nothing")).toMatchObject({ problem: true });
    expect(() => call("report", "[99,true]")).toThrow("There is no run 99");
  });
});
