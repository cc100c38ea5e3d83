import { expect, it } from "vitest";
import { edgeLabel } from "../../../src/ui/side/edgelabel.ts";
import { GRAPH } from "../../support/page.ts";

it("PIC-52: an edge goes by its two ends, an unknown one by its uuid", () => {
  expect([edgeLabel(GRAPH, "e"), edgeLabel(GRAPH, "zz")]).toEqual(["Landing → Basket", "zz"]);
});
