import { expect, it } from "vitest";
import { EVERYTHING, parseFilter } from "../src/filter.ts";
import { isProblem } from "../src/problem.ts";
import { appendRow, createEventBuffer, fromWire } from "../src/eventBuffer.ts";
import { createFilteredView, addToView, buildView } from "../src/filteredView.ts";
import { event, T0 } from "./support.ts";

it("ENG-10: a view lets go of rows with the ring", () => {
  const events = createEventBuffer(10), view = createFilteredView();
  for (let n = 0; n < 5000; n++) { const one = event("a"); addToView(view, events, EVERYTHING, one, appendRow(events, fromWire(one, ["a"], false, T0)), T0); }
  expect(view.rows.slice(view.from)).toEqual([4990, 4991, 4992, 4993, 4994, 4995, 4996, 4997, 4998, 4999]);
  expect(view.rows.length).toBeLessThan(2100);
});

it("ENG-14: under a filter a view has lights of its own, from carried events", () => {
  const events = createEventBuffer(10), filter = parseFilter("device:mobile");
  if (isProblem(filter)) throw new Error(filter.detail);
  for (const device of ["mobile", "desktop", "mobile"]) { const one = event("a b", { properties: { device } }); appendRow(events, fromWire(one, one.nodes, false, T0)); }
  const view = buildView(events, filter);
  expect(view.rows).toEqual([0, 2]);
  expect([view.filtered?.total.remote, view.filtered?.nodes.get("b")?.remote]).toEqual([2, 2]);
  expect(buildView(events, EVERYTHING).filtered).toBeNull();
});
