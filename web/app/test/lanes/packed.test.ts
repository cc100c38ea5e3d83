import { describe, expect, it } from "vitest";
import { Packing } from "../../src/lanes/packed.ts";
import { STREAM } from "../../src/lanes/roads.ts";

async function heard(...codings: (string | null)[]): Promise<Packing> {
  const packing = new Packing();
  for (const coding of codings) {
    const answer = new Response("{}", { headers: coding === null ? {} : { "content-encoding": coding } });
    expect(await packing.hearing(() => Promise.resolve(answer))("/api/me")).toBe(answer);
  }
  return packing;
}

describe("a proxy that compresses", () => {
  it("PIC-36: is named if streams do not get through", async () => {
    const stream = (await heard(null, "zstd")).stream();
    expect(stream.deaf).toContain("A proxy compresses answers (zstd)");
    expect(stream.deaf).toContain("text/event-stream");
    expect({ ...stream, deaf: STREAM.deaf }).toEqual(STREAM);
  });

  it("PIC-36: is not suspected if answers come as they were sent", async () => {
    for (const codings of [[], [null], ["identity"], ["gzip", null]]) expect((await heard(...codings)).stream().deaf).toBe(STREAM.deaf);
  });
});
