import { expect, it } from "vitest";
import { openView, selectionIn, withView } from "../../src/ui/sharedView.ts";
import { tracesIn } from "../../src/ui/traceLink.ts";
import { GRAPH, scene } from "../support/page.ts";

const [ONE, TWO] = ["a_0000000000a1", "a_0000000000a2"] as const;
const LINK = `https://rt.example/?graph=shop%2Fdemo%2Fg&trace=${ONE}`;
const address = (link: string) => new URL(link).searchParams;

it("TRC-31: a link carries the filter, what is selected, and the other followed traces, and opens them", () => {
  const jump = { kind: "jump", from: "a", to: "b" } as const;
  const link = address(withView(LINK, { filter: 'event:"a & b"', selected: null, selectedEdge: jump }, [ONE, TWO]));
  expect(tracesIn(link)).toEqual({ tokens: [ONE, TWO], wrong: false });
  const { store, actions } = scene();
  openView(store, actions, link);
  store.setState({ graph: GRAPH });
  expect([link.get("filter"), store.getState().selectedEdge]).toEqual(['event:"a & b"', jump]);
  expect(withView(LINK, { filter: "", selected: null, selectedEdge: null }, [])).toBe(LINK);
});

it("TRC-31: nodes, edges and unexpected steps are found in the graph, and what it lacks is said", () => {
  const found = (query: string) => selectionIn(new URLSearchParams(query), GRAPH);
  expect(found("node=b")).toEqual({ node: "b", edge: null });
  expect(found("edge=e")).toEqual({ node: null, edge: { kind: "edge", edge: "e" } });
  for (const lacking of ["node=gone", "edge=gone", "edge=a>gone", "edge=", "node="]) expect(found(lacking)).toBeNull();
  const { store, actions } = scene();
  openView(store, actions, new URLSearchParams("node=gone"));
  store.setState({ graph: GRAPH });
  expect([store.getState().selected, store.getState().toasts.at(-1)?.what]).toEqual([null, "The link selects something that this graph does not have."]);
});
