import { describe, expect, it } from "vitest";
import type { Packed } from "../src/publish.ts";
import { pasted } from "./segment.js";
import { plan, provider } from "./support.ts";

const file = pasted();
const message = (text = "{}"): Packed => ({ text, indices: [0] });

describe("packing", () => {
  it("FUN-9: fills messages up to the limit, byte by byte, and leaves out what alone is longer", () => {
    const packed = file.pack(["1234", null, "1234", "ééé", "x".repeat(9)], (list) => `[${list}]`, 11);
    expect(packed.map(({ text, indices: places }) => [text, [...places]])).toEqual([["[1234,1234]", [0, 2]], ["[ééé]", [3]], ["[xxxxxxxxx]", [4]]]);
    expect(file.pack(["x".repeat(10)], (list) => `[${list}]`, 11)).toHaveLength(0);
    expect(file.pack(["😀"], (list) => list, 3)).toHaveLength(0);
    expect(file.pack(["😀"], (list) => list, 4)).toHaveLength(1);
  });
});

describe("publishing", () => {
  it("FUN-9: sends at most a batch of messages in one request", async () => {
    const { got, where, stop } = await provider();
    await file.publish(Array.from({ length: 23 }, () => message()), "private-c", plan({ provider: where }), "s", 0);
    expect(got.map(({ batch }) => batch.length).sort()).toEqual([10, 10, 3]);
    expect(got[0]?.batch[0]).toEqual({ name: "envelopes", channel: "private-c", data: "{}" });
    stop();
  });

  it.each([
    [200, "{}", "taken"], [202, "", "taken"], [200, '{"error":"too many","code":429}', "retry"], [200, '{"error":"no such app","code":404}', "refused"], [200, '{"data":"\\"code\\":500"}', "taken"],
    [429, "", "retry"], [408, "", "retry"], [500, "", "retry"], [503, "", "retry"], [400, "", "refused"], [401, "", "refused"], [403, "", "refused"], [413, "", "refused"],
  ])("FUN-9: %i %s is %s", async (status, text, is) => {
    const { where, stop } = await provider(() => [status, text]);
    const [told] = await file.publish([message()], "private-c", plan({ provider: where }), "s", 0);
    expect(told?.outcome.is).toBe(is);
    stop();
  });

  it("FUN-9: a provider that cannot be reached, or does not answer in time, is tried again", async () => {
    const hurried = pasted({ setTimeout: (act: () => void) => setTimeout(act, 50) });
    const silent = await provider(() => null);
    const [late] = await hurried.publish([message()], "private-c", plan({ provider: silent.where }), "s", 0);
    expect(late?.outcome).toMatchObject({ is: "retry", status: 504 });
    silent.stop();
    const [gone] = await file.publish([message()], "private-c", plan(), "s", 0);
    expect(gone?.outcome).toMatchObject({ is: "retry", status: 503 });
  });
});
