import { expect, it } from "vitest";
import { Lines } from "../../../src/lanes/provider/lines.ts";
import type { ProviderEar, Subscribe } from "../../../src/lanes/provider/socket.ts";
import { SEAT } from "./envelopes.ts";

function scene() {
  const open = new Map<string, { ear: ProviderEar; signal: AbortSignal }>();
  const heard: unknown[] = [];
  const signed: string[] = [];
  const subscribe: Subscribe = async (_place, channel, sign, ear, signal) => {
    await sign("1.2");
    open.set(channel, { ear, signal });
  };
  const sign = (channel: string, socket: string): Promise<{ auth: string }> => {
    signed.push(`${channel} ${socket}`);
    return channel === "bad" ? Promise.reject(new Error("forbidden")) : Promise.resolve({ auth: "a" });
  };
  const lines = new Lines(subscribe, sign, { message: (name, value) => heard.push([name, value]), fail: (why) => heard.push(why), again: () => heard.push("again") });
  return { lines, open, heard, signed };
}

it("FUN-17: about a turn both channels are heard, and the old one is left afterwards", async () => {
  const { lines, open, heard, signed } = scene();
  await lines.follow({ ...SEAT, channels: ["c1", "c2"] });
  open.get("c1")?.ear.message("envelopes", 1);
  await lines.follow({ ...SEAT, channels: ["c2"] });
  open.get("c1")?.ear.message("envelopes", 2);
  open.get("c1")?.ear.fail("gone");
  open.get("c2")?.ear.again?.();
  expect(heard).toEqual([["envelopes", 1], "again"]);
  expect(signed).toEqual(["c1 1.2", "c2 1.2"]);
  expect([open.get("c1")?.signal.aborted, open.get("c2")?.signal.aborted]).toEqual([true, false]);
  lines.close();
  expect(open.get("c2")?.signal.aborted).toBe(true);
});

it("FUN-17: a channel that is not signed rejects", async () => {
  const { lines } = scene();
  await expect(lines.follow({ ...SEAT, channels: ["bad"] })).rejects.toThrow("forbidden");
});
