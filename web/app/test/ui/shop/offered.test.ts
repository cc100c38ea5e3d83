import { expect, it } from "vitest";
import { recall } from "../../../src/store/remember.ts";
import { offered, opened, shown } from "../../../src/ui/shop/offered.ts";

const me = (demo: boolean) => ({ person: "you", access: "local", can: [], demo, version: "" });
const kept = recall(null, false);

it("PIC-60: the shop is offered by the demo and by a page without a server, and by nothing else", () => {
  expect(offered({ me: me(true), serverless: false })).toBe(true);
  expect(offered({ me: null, serverless: true })).toBe(true);
  expect(offered({ me: me(false), serverless: false })).toBe(false);
  expect(offered({ me: null, serverless: false })).toBe(false);
});

it("PIC-60: the demo opens it beside the graph, until somebody puts it away", () => {
  expect(shown({ me: me(true), serverless: false, kept })).toBe(true);
  expect(shown({ me: me(true), serverless: false, kept: { ...kept, shop: "closed" } })).toBe(false);
  expect(shown({ me: null, serverless: true, kept })).toBe(false);
  expect(shown({ me: null, serverless: true, kept: { ...kept, shop: "open" } })).toBe(true);
  expect(shown({ me: me(false), serverless: false, kept: { ...kept, shop: "open" } })).toBe(false);
});

it("PIC-62: the details make room on a narrow screen", () => {
  expect(opened(1440)).toEqual({ shop: "open", sideOpen: false });
  expect(opened(1920)).toEqual({ shop: "open" });
});
