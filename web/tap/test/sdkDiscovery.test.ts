import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { discoverSdks, intercept, keysOf, type Page, watchProperty } from "../src/sdkDiscovery.ts";
import { FakeSdk } from "./support.ts";

describe("property", () => {
  it("TAP-1: a watched property stays an ordinary one to the page", () => {
    const page: Record<string, unknown> = { key: 1 };
    const seen: unknown[] = [];
    watchProperty(page, "key", (value) => seen.push(value));
    page["key"] = 2;
    expect([page["key"], Object.keys(page), seen]).toEqual([2, ["key"], [1, 2]]);
    expect(delete page["key"]).toBe(true);
  });

  it("TAP-1: one that the page has fixed is looked at once", () => {
    const page = Object.defineProperty({}, "key", { value: 1, configurable: false }) as Record<string, unknown>;
    const seen: unknown[] = [];
    watchProperty(page, "key", (value) => seen.push(value));
    expect(seen).toEqual([1]);
  });

  it("stands between the page and a property", () => {
    const page: Record<string, unknown> = {};
    const set: unknown[] = [];
    intercept(page, "key", () => "got", (value) => set.push(value));
    page["key"] = 3;
    expect([page["key"], set]).toEqual(["got", [3]]);
  });
});

describe("hook", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  interface Inspector {
    attach: (sdk: unknown) => unknown;
  }
  const inspector = (page: Page): Inspector => page["__SEGMENT_INSPECTOR__"] as Inspector;

  it("TAP-1: stands at the inspector point and finds each instance once", () => {
    const page: Page = {};
    const found: unknown[] = [];
    const hooked = discoverSdks(page, [], (sdk) => found.push(sdk));
    const sdk = new FakeSdk();
    inspector(page).attach(sdk);
    inspector(page).attach(sdk);
    page["analytics"] = sdk;
    vi.advanceTimersByTime(1_000);
    inspector(page).attach(new FakeSdk());
    expect(found).toHaveLength(2);
    hooked.stop();
    inspector(page).attach(new FakeSdk());
    expect(found).toHaveLength(2);
  });

  it("TAP-1: an inspector that is there, comes by assignment, or replaces the whole point, is called as if the tap were not", () => {
    const seen: unknown[] = [];
    const before = { attach: (sdk: unknown) => { seen.push(["before", sdk]); return 7; } };
    const page: Page = { __SEGMENT_INSPECTOR__: before };
    const found: unknown[] = [];
    discoverSdks(page, [], (sdk) => found.push(sdk));
    const one = new FakeSdk();
    expect(inspector(page).attach(one)).toBe(7);
    Object.assign(inspector(page), { attach: (sdk: unknown) => seen.push(["assigned", sdk]) });
    inspector(page).attach(one);
    page["__SEGMENT_INSPECTOR__"] = { attach: (sdk: unknown) => seen.push(["replaced", sdk]) };
    const two = new FakeSdk();
    inspector(page).attach(two);
    expect(seen).toEqual([["before", one], ["assigned", one], ["replaced", two]]);
    expect(found).toEqual([one, two]);
  });

  it("TAP-1: instances under other names are looked for, loaders and stubs are none", () => {
    const document = { querySelector: () => ({ getAttribute: () => "metrics" }) };
    const page: Page = { document, analytics: [], other: { then: () => undefined } };
    expect(keysOf(page, ["other"])).toEqual(["analytics", "other", "metrics"]);
    const found: unknown[] = [];
    const hooked = discoverSdks(page, ["other"], (sdk) => found.push(sdk));
    page["metrics"] = new FakeSdk();
    vi.advanceTimersByTime(500);
    hooked.offer(null);
    expect(found).toEqual([page["metrics"]]);
    hooked.stop();
  });

  it("TAP-7: a page that has frozen everything loses the tap, not itself", () => {
    const page = Object.freeze({ __SEGMENT_INSPECTOR__: Object.freeze({}), get analytics() { throw new Error("no"); } }) as unknown as Page;
    expect(() => { discoverSdks(page, [], () => undefined).stop(); }).not.toThrow();
    const thrower: Page = {};
    discoverSdks(thrower, [], () => { throw new Error("no"); });
    expect(() => inspector(thrower).attach(new FakeSdk())).not.toThrow();
  });

  it("TAP-1: the instance that a loader of the npm package carries is found where the loader stands", () => {
    const page: Page = {};
    const found: unknown[] = [];
    const hooked = discoverSdks(page, [], (sdk) => found.push(sdk));
    const loader: { instance?: unknown; _preInitBuffer: object } = { _preInitBuffer: {} };
    page["analytics"] = loader;
    vi.advanceTimersByTime(500);
    expect(found).toEqual([]);
    loader.instance = new FakeSdk();
    vi.advanceTimersByTime(1_000);
    expect(found).toEqual([loader.instance]);
    hooked.stop();
    page["analytics"] = { instance: new FakeSdk() };
    discoverSdks(page, [], (sdk) => found.push(sdk)).stop();
    expect(found).toHaveLength(2);
  });

  it("TAP-1: the first analytics.js is reported once, as one that cannot be heard", () => {
    const page: Page = { analytics: { VERSION: "4.1.11", Integrations: {}, on: () => undefined } };
    const unheard: unknown[] = [];
    const hooked = discoverSdks(page, [], () => undefined, ({ VERSION }) => unheard.push(VERSION));
    vi.advanceTimersByTime(2_000);
    page["analytics"] = { VERSION: "3", then: () => undefined };
    vi.advanceTimersByTime(2_000);
    expect(unheard).toEqual(["4.1.11"]);
    hooked.stop();
  });
});
