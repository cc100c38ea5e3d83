import { expect, it } from "vitest";
import { BrowserStorage } from "../../src/store/browserStorage.ts";
import { memoryFactory, memoryStorage } from "../support/chest.ts";

function browser() {
  const held = new Map<string, unknown>();
  return { lasting: memoryStorage(), ofTab: memoryStorage(), databases: memoryFactory(held), held };
}

it("TAP-33: a page from disk reads and writes nothing until it is asked to, and removes what a version before had kept", () => {
  const there = browser();
  for (const storage of [there.lasting, there.ofTab]) {
    storage.setItem("dagnet-realtime", "{}");
    storage.setItem("dagnet-realtime-session", "{}");
    storage.setItem("somebody-else", "1");
  }
  there.held.set("last", "opened");
  const keeping = new BrowserStorage(true, there);
  expect([keeping.allowed, keeping.databases, there.held.size, there.lasting.length, there.ofTab.length]).toEqual([false, undefined, 0, 1, 1]);
  keeping.lasting?.setItem("dagnet-realtime", "{}");
  keeping.ofTab?.setItem("dagnet-realtime", "{}");
  expect([there.lasting.length, there.ofTab.length, keeping.lasting?.getItem("somebody-else")]).toEqual([1, 1, null]);
});

it("TAP-33: asked to, it keeps; the answer holds for every tab, also when it is taken back", () => {
  const there = browser();
  const keeping = new BrowserStorage(true, there);
  keeping.allow();
  keeping.ofTab?.setItem("dagnet-realtime-session", "{}");
  expect([keeping.allowed, keeping.databases, there.ofTab.length]).toEqual([true, there.databases, 1]);
  const other = new BrowserStorage(true, there);
  expect([other.allowed, other.ofTab?.getItem("dagnet-realtime-session")]).toEqual([true, "{}"]);
  void other.forbid();
  expect([keeping.allowed, keeping.databases, there.lasting.length, there.ofTab.length]).toEqual([false, undefined, 0, 0]);
});

it("TAP-33: a page of the web keeps without being asked, and one whose storage is forbidden fails nothing", () => {
  const there = browser();
  const web = new BrowserStorage(false, there);
  web.lasting?.setItem("dagnet-realtime", "{}");
  expect([web.allowed, web.databases, there.lasting.length]).toEqual([null, there.databases, 1]);
  web.ofTab?.removeItem("dagnet-realtime");
  const none = new BrowserStorage(true, { lasting: null, ofTab: null, databases: null });
  none.allow();
  expect([none.allowed, none.lasting, none.ofTab, none.databases]).toEqual([false, null, null, undefined]);
});
