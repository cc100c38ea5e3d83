import { readFileSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { loadWorkspace } from "../../app/src/offline/workspace.ts";
import { Reports, type Properties } from "../src/reports.ts";
import type { Route } from "../src/route.ts";
import { Shop } from "../src/shop.ts";

const SAMPLE = new URL("../../../src/dagnet_realtime/samples/shop/", import.meta.url);

function open() {
  const calls: string[] = [];
  const sent: Properties[] = [];
  const went: Route[] = [];
  const note = (what: string, properties: Properties): void => {
    calls.push(what);
    sent.push(properties);
  };
  const analytics = { track: note, page: (name: string, properties: Properties) => { note(`Viewed ${name} Page`, properties); }, identify: (_: string, traits: Properties) => { note("identify", traits); }, reset: () => { calls.push("reset"); } };
  const stage = { draw: () => undefined, say: () => undefined, keep: () => undefined, go: (to: Route) => { went.push(to); }, customer: () => "customer-1" };
  return { shop: new Shop({ basket: {}, wishes: [], variant: "card-first" }, new Reports(analytics, "desktop"), stage), calls, sent, went };
}

/** A visit to everything that the shop has. */
function everything() {
  const { shop, calls, sent, went } = open();
  for (const to of [{ page: "landing" }, { page: "list", kind: null }, { page: "search", term: "mug" }, { page: "product", id: "fell-mug" }] as const) shop.visit(to);
  shop.wish("fell-mug");
  shop.fill("fell-mug");
  shop.visit({ page: "checkout" });
  shop.visit({ page: "express", method: "google_pay" });
  shop.buy("card");
  shop.find("Keswick");
  shop.visit({ page: "letter" });
  shop.subscribe();
  shop.comeFromEmail();
  return { shop, calls, sent, went };
}

it("PIC-60: reports the sample graph's flow, in its names, but for one event that is misnamed and one that is forgotten", () => {
  const { calls } = everything();
  const files = ["graphs", "events", "nodes"].flatMap((folder) => readdirSync(new URL(`${folder}/`, SAMPLE)).map((name) => ({ path: `${folder}/${name}`, text: readFileSync(new URL(`${folder}/${name}`, SAMPLE), "utf8") })));
  const graphs = [...loadWorkspace(files).graphs.values()];
  const bindings = graphs.flatMap(({ listens }) => listens);
  const listened = new Set(bindings.flatMap(({ names }) => names));
  expect([...new Set(calls)].filter((name) => !listened.has(name))).toEqual(["Add To Cart", "identify"]);
  const silent = bindings.filter(({ names }) => !names.some((name) => calls.includes(name)));
  expect(silent.map(({ names }) => names[0])).toEqual(["add_to_cart", "add_to_wishlist"]);
});

it("reports a purchase once, and nothing of an empty basket", () => {
  const { shop, calls, went } = everything();
  expect(calls.filter((name) => name === "purchase")).toHaveLength(1);
  expect(went).toContainEqual({ page: "thanks" });
  shop.buy("card");
  shop.visit({ page: "checkout" });
  shop.visit({ page: "search", term: "" });
  shop.visit({ page: "product", id: "none" });
  shop.fill("none");
  expect(calls.filter((name) => name === "purchase")).toHaveLength(1);
  expect(calls.filter((name) => name === "begin_checkout")).toHaveLength(2);
});

it("sends no name, address or e-mail of anybody", () => {
  const keys = new Set(everything().sent.flatMap((properties) => Object.keys(properties)));
  expect([...keys].sort()).toEqual(["currency", "device", "form", "found", "item_id", "list", "method", "newsletter", "place", "price", "quantity", "source", "term", "value"]);
});

it("begins anew as another visitor", () => {
  const { shop, calls, went } = everything();
  shop.leave({ basket: {}, wishes: [], variant: "express-first" });
  expect([calls.at(-1), went.at(-1), shop.kept.wishes]).toEqual(["reset", { page: "landing" }, []]);
});
