// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { start } from "../src/auto.ts";

afterEach(() => {
  globalThis.__dagnetRealtimeTap?.stop();
  delete (globalThis as Partial<typeof globalThis>).__dagnetRealtimeTap;
  vi.unstubAllGlobals();
});

function spoken(attributes: Record<string, string>): unknown[] {
  const posted: unknown[] = [];
  vi.stubGlobal("opener", { closed: false, postMessage: (_: unknown, origin: string) => posted.push(origin) });
  const script = document.createElement("script");
  for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
  start(script);
  return posted;
}

it("TAP-14: a script tag speaks to the origin that it comes from", () => {
  expect(spoken({ src: "http://127.0.0.1:8765/tap.js" })).toEqual(["http://127.0.0.1:8765"]);
});

it("TAP-14: data-realtime names other origins, and what is none is left out", () => {
  expect(spoken({ src: "/tap.js", "data-realtime": "http://a.test:1/x  nonsense https://b.test" })).toEqual(["http://a.test:1", "https://b.test"]);
});

it("TAP-14: data-key names where the SDK stands, and one page has one tap", () => {
  (globalThis as Record<string, unknown>)["metrics"] = undefined;
  spoken({ src: "http://a.test/tap.js", "data-key": "metrics other" });
  const first = globalThis.__dagnetRealtimeTap;
  expect(Object.getOwnPropertyDescriptor(globalThis, "metrics")).toHaveProperty("get");
  expect(start(null)).toBe(first);
});
