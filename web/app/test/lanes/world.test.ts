// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { browser } from "../../src/lanes/world.ts";

describe("the browser's time", () => {
  it("a sleep ends at once when it is called off", async () => {
    const off = new AbortController();
    const slept = browser.sleep(60_000, off.signal);
    off.abort();
    await slept;
    await browser.sleep(60_000, off.signal);
    expect(browser.now()).toBeGreaterThan(0);
    expect(browser.chance()).toBeLessThan(1);
    expect(browser.hidden()).toBe(false);
  });

  it("tells when the network returns, until nobody listens", () => {
    let stirred = 0;
    const stop = browser.onStir(() => (stirred += 1));
    window.dispatchEvent(new Event("online"));
    stop();
    window.dispatchEvent(new Event("online"));
    expect(stirred).toBe(1);
  });
});
