import { expect, it } from "vitest";
import { linkTo } from "../../../src/ui/side/link.ts";

it("TRC-31: a link names the graph and the trace", () => {
  const link = new URL(linkTo("https://rt.example/x/", "shop/demo/a b", "k&1"));
  expect([link.pathname, link.searchParams.get("graph"), link.searchParams.get("trace")]).toEqual(["/x/", "shop/demo/a b", "k&1"]);
});
