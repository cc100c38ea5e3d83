import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { reduce } from "@dagnet-realtime/engine/reduce";
import { writeSessionLog } from "@dagnet-realtime/engine/sessionLogFile";
import { initialState, type State } from "@dagnet-realtime/engine/state";
import { isProblem } from "../src/engine.ts";
import { Judge, record, runOfLog } from "../src/index.ts";
import { batch, carried, GRAPH, planOf, T0, type Told } from "./support.ts";

const NAMES: readonly (readonly [string, readonly string[], Record<string, string | number>])[] = [
  ["Viewed Landing Page", ["landing-page"], {}], ["view_item_list", ["product-list"], {}], ["view_item", ["product-page"], {}], ["add_to_cart", ["basket"], {}],
  ["begin_checkout", ["checkout"], { method: "card" }], ["begin_checkout", ["express-pay"], { method: "apple_pay" }], ["purchase", ["purchase"], { currency: "GBP", total: 40 }],
  ["purchase", [], { currency: "USD" }], ["VIEW_ITEM", [], {}], ["both", ["basket", "wishlist"], {}], ["scroll\n# not: yaml", [], {}],
];

/** A viewer's state after these events. */
function viewer(events: readonly Told[], graph = GRAPH): State {
  let state = reduce(initialState(), { kind: "on", at: T0, session: "s1", position: "e.0", graph, lane: "remote" });
  events.forEach((told, n) => { state = reduce(state, { kind: "frame", at: T0 + told.at * 1000, frame: batch(n, [carried(told, n)]) }); });
  return state;
}

const told = (entries: readonly (readonly [number, string, number?])[]): readonly Told[] => entries.map(([what, who, at = 0], n) => {
  const [name, nodes, properties] = NAMES[what]!;
  return { name, nodes, properties, who: who === "" ? [] : [who], at: n + at, occurred: n + at };
});

function recorded(events: readonly Told[], token: string | null = null, graph = GRAPH): string {
  const run = runOfLog(writeSessionLog(viewer(events, graph)));
  if (isProblem(run)) throw new Error(run.detail);
  const text = record(run, token);
  if (isProblem(text)) throw new Error(text.detail);
  return text;
}

describe("Save as expectation", () => {
  it("EXP-18: says what lit, what was gone along and what filters read, in the order of first light", () => {
    expect(parse(recorded(told([[0, "a"], [1, "a"], [2, "a"], [3, "a"], [4, "a"], [6, "a"]])))).toEqual({
      format: "dagnet-realtime/expect@1", graph: "uk-checkout-journey",
      expect: [
        { lit: ["landing-page", "product-list", "product-page", "basket", "checkout", "purchase"] }, { path: ["landing-page", "product-list", "product-page", "basket", "checkout", "purchase"] },
        { each: "checkout", where: "method?" }, { each: "purchase", where: "currency?" },
      ],
      policy: { near_misses: "fail", unmapped: "warn" },
    });
  });

  it("EXP-18: offers the values that a filter names, and tells jumps and near misses, as comments", () => {
    const text = recorded(told([[2, "a"], [4, "a"], [7, "a"], [6, "a"]]));
    expect(text).toContain("# where: \"currency:GBP\"");
    expect(text).toContain("# An unexpected step was seen, for which the graph has no way: product-page to checkout");
    expect(text).toContain("its property currency was “USD”, and must be “GBP”");
    expect(text).toContain("near_misses: warn");
    expect((parse(text) as { expect: unknown[] }).expect).toEqual([{ lit: ["product-page", "checkout", "purchase"] }, { path: ["checkout", "purchase"] }, { each: "checkout", where: "method?" }, { each: "purchase", where: "currency?" }]);
  });

  it("EXP-18: holds no identifier, number or time", () => {
    const text = recorded(told([[0, "token-of-a-visitor"], [6, "token-of-a-visitor"]]));
    expect(text).not.toContain("token-of-a-visitor");
    expect(text).not.toMatch(/\b40\b|2026/);
  });

  it("EXP-18: of one trace it says what that trace did", () => {
    const text = recorded(told([[0, "a"], [2, "b"], [1, "a"], [3, "b"]]), "b");
    expect((parse(text) as { expect: unknown[] }).expect).toEqual([{ lit: ["product-page", "basket"] }, { path: ["product-page", "basket"] }]);
  });

  it("EXP-18: what lit nothing is not saved, nor a trace that is not there", () => {
    const run = runOfLog(writeSessionLog(viewer(told([[10, "a"]]))));
    expect(isProblem(run) ? "" : record(run)).toMatchObject({ title: "There is nothing to save" });
    expect(isProblem(run) ? "" : record(run, "x")).toMatchObject({ title: "This trace is not in the recording" });
    expect(runOfLog("{}")).toMatchObject({ title: "This is not a session log" });
  });

  it("EXP-18: nodes whose names are odd read back", () => {
    const odd = ["on", "12", "a: b", "# c", "d\u2028e", "“f”", "null", "- g", "{h}", "i\"j\\"];
    const graph = { ...GRAPH, nodes: GRAPH.nodes.map((node, n) => ({ ...node, id: odd[n] ?? node.id })) };
    const text = recorded(told([[0, "a"], [1, "a"], [2, "a"], [3, "a"]]), null, graph);
    const spec = parse(text) as { expect: { lit: string[] }[] };
    expect(planOf({ spec }, graph).items).toHaveLength(2);
  });

  it("EXP-18: the log of a recording meets the recording", () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: NAMES.length - 1 }), fc.constantFrom("", "a", "a", "b")), { minLength: 1, maxLength: 25 }), fc.boolean(), (entries, one) => {
      const events = told(entries);
      const run = runOfLog(writeSessionLog(viewer(events)));
      if (isProblem(run)) throw new Error(run.detail);
      const text = record(run, one && entries.some(([, who]) => who === "a") ? "a" : null);
      if (isProblem(text)) return;
      const report = new Judge(run, run.whole, planOf({ spec: parse(text) })).report(true);
      expect({ text, failed: report.items.filter(({ verdict, severity }) => verdict !== "met" && severity === "fail") }).toEqual({ text, failed: [] });
      expect(report.verdict).toBe("met");
    }), { numRuns: 60 });
  });
});
