import { expect, it } from "vitest";
import { readPreferences } from "../../../src/store/preferences.ts";
import { isShopOffered, shopOpened, isShopShown } from "../../../src/ui/shop/visibility.ts";

const me = (demo: boolean) => ({ person: "you", access: "local", can: [], demo, version: "" });
const kept = readPreferences(null, false);

it("PIC-60: the shop is offered by the demo and by a page without a server, and by nothing else", () => {
  expect(isShopOffered({ me: me(true), serverless: false })).toBe(true);
  expect(isShopOffered({ me: null, serverless: true })).toBe(true);
  expect(isShopOffered({ me: me(false), serverless: false })).toBe(false);
  expect(isShopOffered({ me: null, serverless: false })).toBe(false);
});

it("PIC-60: the demo opens it beside the graph, until it is put away", () => {
  expect(isShopShown({ me: me(true), serverless: false, preferences: kept })).toBe(true);
  expect(isShopShown({ me: me(true), serverless: false, preferences: { ...kept, shop: "closed" } })).toBe(false);
  expect(isShopShown({ me: null, serverless: true, preferences: kept })).toBe(false);
  expect(isShopShown({ me: null, serverless: true, preferences: { ...kept, shop: "open" } })).toBe(true);
  expect(isShopShown({ me: me(false), serverless: false, preferences: { ...kept, shop: "open" } })).toBe(false);
});

it("PIC-47: the details make room on a narrow screen", () => {
  expect(shopOpened(1440)).toEqual({ shop: "open", sideOpen: false });
  expect(shopOpened(1920)).toEqual({ shop: "open" });
});
