import { describe, expect, it } from "vitest";
import { Api } from "../../src/lanes/api.ts";
import { Refusal } from "../../src/lanes/http.ts";
import { ending, farewell, pollOnce, POLLS_ONLY, push, STREAM } from "../../src/lanes/roads.ts";
import { beat } from "../support/world.ts";

const quiet = { frame: () => undefined, silence: () => undefined };
const open = new AbortController().signal;

describe("how a road ends", () => {
  it("PIC-36: gone, forbidden and signed out are not tried again", () => {
    for (const code of ["gone", "not_found", "unauthorized", "forbidden"]) expect(ending(new Refusal(code, "T", "", "R"), open)).toEqual({ kind: "gone", why: "T R" });
  });

  it("PIC-31: a busy server's Retry-After is kept", () => {
    expect(ending(new Refusal("rate_limited", "T", "", "", 7), open)).toEqual({ kind: "broken", why: "T", retryAfter: 7 });
    expect(ending(new TypeError("x"), open)).toMatchObject({ kind: "broken" });
    expect(ending(new TypeError("x"), AbortSignal.abort())).toEqual({ kind: "turn" });
  });

  it("a frame that is no farewell ends nothing", () => {
    expect(farewell(beat("p"))).toBeNull();
  });

  it("a stream that ends says that it was answered", async () => {
    const api = new Api(() => Promise.resolve(new Response("")));
    expect(await push(api, "s", "p", quiet, open)).toMatchObject({ kind: "broken", answered: true });
    const broken = new Api(() => Promise.resolve(new Response("data: {not json\n\n")));
    expect(await push(broken, "s", "p", quiet, open)).toMatchObject({ kind: "broken", answered: true });
  });

  it("a poll hands on its frames, or its silence", async () => {
    let silences = 0;
    const ops: string[] = [];
    const ear = { frame: (frame: { op: string }) => ops.push(frame.op), silence: () => (silences += 1) };
    const answers = [{ frames: [], position: "p" }, { frames: [beat("p"), { op: "bye", reason: "r", retry_after: 1 }], position: "p" }];
    const api = new Api(() => Promise.resolve(new Response(JSON.stringify(answers.shift()))));
    expect(await pollOnce(api, "s", "p", 1, ear, open)).toBeNull();
    expect(await pollOnce(api, "s", "p", 1, ear, open)).toMatchObject({ kind: "broken", retryAfter: 1 });
    expect([silences, ops]).toEqual([1, ["beat", "bye"]]);
  });
});

describe("what carries frames", () => {
  it("REL-17: a server that keeps no connection open is polled at once, and the page says why", async () => {
    const api = new Api(() => Promise.reject(new Error("nobody is asked")));
    const end = await POLLS_ONLY.travel(api, "s", "p", quiet, open);
    expect(end).toMatchObject({ kind: "broken", poll: true });
    expect(POLLS_ONLY.deaf).toContain("keeps no connection open");
    expect(STREAM.transport).toBe("push");
  });
});
