// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { browserEnvironment } from "../src/environment.ts";

describe("the browser's time", () => {
  it("a sleep ends at once when it is called off", async () => {
    const off = new AbortController();
    const slept = browserEnvironment.sleep(60_000, off.signal);
    off.abort();
    await slept;
    await browserEnvironment.sleep(60_000, off.signal);
    expect(browserEnvironment.now()).toBeGreaterThan(0);
    expect(browserEnvironment.random()).toBeLessThan(1);
    expect(browserEnvironment.hidden()).toBe(false);
  });

  it("reports that the network returned, until its listener stops", () => {
    let stirred = 0;
    const stop = browserEnvironment.onWake(() => (stirred += 1));
    window.dispatchEvent(new Event("online"));
    stop();
    window.dispatchEvent(new Event("online"));
    expect(stirred).toBe(1);
  });
});
