import { describe, expect, it } from "vitest";
import { ignoredJumps, linkTo, tracesIn } from "../../src/ui/traceLink.ts";
import { PLACE } from "../support/page.ts";

describe("link", () => {
  it("TRC-31: a link names the graph and the trace", () => {
    const link = new URL(linkTo("https://rt.example/x/", "shop/demo/a b", "k&1"));
    expect([link.pathname, link.searchParams.get("graph"), link.searchParams.get("trace")]).toEqual(["/x/", "shop/demo/a b", "k&1"]);
  });

  it("WEB-6: a link's traces are tokens by their form, each once and twenty at most; anything else that is named is reported as wrong", () => {
    const traces = (...named: readonly string[]) => tracesIn(new URLSearchParams(named.map((one) => ["trace", one])));
    expect(traces("f_p1mvj5gg2lsp", "f_p1mvj5gg2lsp", "me_0123456789av")).toEqual({ tokens: ["f_p1mvj5gg2lsp", "me_0123456789av"], wrong: false });
    expect(traces("ada@example.com", "f_p1mvj5gg2lsp", "\u202ea_0123456789av")).toEqual({ tokens: ["f_p1mvj5gg2lsp"], wrong: true });
    expect(traces()).toEqual({ tokens: [], wrong: false });
    expect(traces(...Array.from({ length: 30 }, (_, place) => `a_0123456789${String(place).padStart(2, "0")}`)).tokens).toHaveLength(20);
  });
});

describe("ignored", () => {
  it("TRC-17: jumps are ignored in their own graph only", () => {
    const kept = ["shop/demo/g a>b", "shop/demo/other a>b", " x>y"];
    expect([[...ignoredJumps(kept, PLACE)], [...ignoredJumps(kept, null)]]).toEqual([["a>b"], ["x>y"]]);
  });
});
