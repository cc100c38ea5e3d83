import { describe, expect, it } from "vitest";
import { lockSlots, OPEN_STREAMS } from "../../src/transport/streamSlots.ts";

/** A small real implementation of what we use of Web Locks. */
class Locks {
  readonly #held = new Set<string>();

  request = (async (name: string, _options: LockOptions, within: (lock: Lock | null) => unknown) => {
    if (this.#held.has(name)) return within(null);
    this.#held.add(name);
    try {
      return await (within({ name, mode: "exclusive" }) as Promise<unknown>);
    } finally {
      this.#held.delete(name);
    }
  }) as LockManager["request"];
}

describe("places for streams", () => {
  it("PIC-31: four tabs stream, the fifth does not until one leaves", async () => {
    const slots = lockSlots(new Locks());
    const taken = await Promise.all(Array.from({ length: OPEN_STREAMS }, () => slots.acquire()));
    expect(taken.every(Boolean)).toBe(true);
    expect(await slots.acquire()).toBeNull();
    taken[2]?.release();
    taken[2]?.release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(await slots.acquire()).not.toBeNull();
  });

  it("streams if the browser has no locks or refuses them", async () => {
    expect(await lockSlots(undefined).acquire()).not.toBeNull();
    const refusing = { request: () => Promise.reject(new DOMException("no", "SecurityError")) } as unknown as LockManager;
    expect(await lockSlots(refusing).acquire()).not.toBeNull();
  });
});
