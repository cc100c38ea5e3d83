// @vitest-environment jsdom
import { OFF } from "@dagnet-realtime/client/transport/transport";
import { expect, it } from "vitest";
import { hostAbilities } from "../src/hostAbilities.ts";
import { scene } from "./support/page.ts";

const HERE = { workspace: "shop", env: "prod", graph: "g" };

it("people are found if the server lets this user follow, and never without a server", () => {
  const { store, engine } = scene();
  const host = hostAbilities(store, { connection: () => OFF }, engine, { listening: () => "" });
  expect([host.canFind?.(), host.canTest?.()]).toEqual([false, true]);
  expect(host.exportTrace?.("t"), "TRC-40: a trace is exported by those who may follow").toBeNull();
  store.setState({ me: { person: "", access: "local", can: ["watch", "follow"], demo: false, version: "" } });
  expect([host.canFind?.(), host.exportTrace?.("t") === null]).toEqual([true, false]);
  store.setState({ serverless: true });
  expect([host.canFind?.(), host.canTest?.()]).toEqual([false, false]);
});

it("links, hidden jumps and notes are of the graph that is shown", () => {
  const { store, engine } = scene();
  const host = hostAbilities(store, { connection: () => ({ ...OFF, lastFrameAt: 7 }) }, engine, { listening: () => "" });
  expect([host.linkTo?.("t"), host.isIgnored?.("a>b"), host.listenNote?.(), host.lastFrameAt?.()]).toEqual([null, false, "", 7]);
  store.setState({ graphRef: HERE, linked: true, preferences: { ...store.getState().preferences, ignored: ["shop/prod/g a>b", "shop/prod/other c>d"] } });
  expect(host.linkTo?.("t")).toContain("?graph=shop%2Fprod%2Fg&trace=t");
  expect([host.isIgnored?.("a>b"), host.isIgnored?.("c>d")]).toEqual([true, false]);
  expect(host.listenNote?.()).toContain("share link");
});
