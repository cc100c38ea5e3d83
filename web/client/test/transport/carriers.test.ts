import { afterEach, describe, expect, it, vi } from "vitest";
import { Api } from "../../src/api.ts";
import { ApiError } from "../../src/http.ts";
import { CompressionDetector, endOfError, endOfFrame, pollOnce, POLLS_ONLY, readStream, receivedFrame, STREAM } from "../../src/transport/carriers.ts";
import { batch, event, hello } from "../../../engine/test/support.ts";
import { beat } from "../support/environment.ts";

afterEach(() => { vi.unstubAllGlobals(); });

describe("roads", () => {
  const quiet = { frame: () => undefined, idle: () => undefined };
  const open = new AbortController().signal;

  describe("how a road ends", () => {
    it("PIC-36: gone, forbidden and signed out are not tried again", () => {
      for (const code of ["gone", "not_found", "unauthorized", "forbidden"]) expect(endOfError(new ApiError(code, "T", "", "R"), open)).toEqual({ kind: "gone", why: "T. R.", ...(code === "gone" ? { lapsed: true } : {}) });
    });

    it("PIC-31: a busy server's Retry-After is kept", () => {
      expect(endOfError(new ApiError("rate_limited", "T", "", "", 7), open)).toEqual({ kind: "broken", why: "T", retryAfter: 7 });
      expect(endOfError(new TypeError("x"), open)).toMatchObject({ kind: "broken" });
      expect(endOfError(new TypeError("x"), AbortSignal.abort())).toEqual({ kind: "turn" });
    });

    it("a frame that is no farewell ends nothing", () => {
      expect(endOfFrame(beat("p"))).toBeNull();
    });

    it("a stream that ends says that it was answered", async () => {
      const api = new Api(() => Promise.resolve(new Response("")));
      expect(await readStream(api, "s", "p", quiet, open)).toMatchObject({ kind: "broken", answered: true });
      const broken = new Api(() => Promise.resolve(new Response("data: {not json\n\n")));
      expect(await readStream(broken, "s", "p", quiet, open)).toMatchObject({ kind: "broken", answered: true });
    });

    it("a poll hands on its frames, or its silence", async () => {
      let silences = 0;
      const ops: string[] = [];
      const listener = { frame: (frame: { op: string }) => ops.push(frame.op), idle: () => (silences += 1) };
      const answers = [{ frames: [], position: "p" }, { frames: [beat("p"), { op: "bye", reason: "r", retry_after: 1 }], position: "p" }];
      const api = new Api(() => Promise.resolve(new Response(JSON.stringify(answers.shift()))));
      expect(await pollOnce(api, "s", "p", 1, listener, open)).toBeNull();
      expect(await pollOnce(api, "s", "p", 1, listener, open)).toMatchObject({ kind: "broken", retryAfter: 1 });
      expect([silences, ops]).toEqual([1, ["beat", "bye"]]);
    });
  });

  const stream = (...sent: unknown[]): Api => new Api(() => Promise.resolve(new Response(sent.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(""))));

  describe("what is received", () => {
    const wrong = { ...batch(0, [event("a")]), counts: { a: -1 } };

    it("ENG-20: defaults are filled in, and a frame of an unknown kind is none", () => {
      expect(receivedFrame({ op: "gap", from: "a", to: "b" })).toEqual({ op: "gap", from: "a", to: "b", missed: null, reason: "" });
      expect(receivedFrame({ op: "later" })).toBeNull();
    });

    it("ENG-20: a batch that cannot be read is a gap that says why; another frame ends the carrier", async () => {
      expect(receivedFrame(structuredClone(wrong))).toEqual({ op: "gap", from: wrong.from, to: wrong.position, missed: null, reason: "A frame cannot be read: batch.counts.a is not a count" });
      const heard: unknown[] = [];
      const listener = { frame: (frame: unknown) => heard.push(frame), idle: () => heard.push("idle") };
      const end = await readStream(stream({ op: "later" }, wrong, { ...hello(), sampling: "half" }, beat("p")), "s", "p", listener, open);
      expect(end).toMatchObject({ kind: "broken", why: "A frame cannot be read: hello.sampling is not a number.", answered: true });
      expect(heard).toMatchObject(["idle", { op: "gap" }]);
      const polled = new Api(() => Promise.resolve(new Response(JSON.stringify({ frames: [{ op: "later" }, { ...beat("p"), ledger: 7 }], position: "p" }))));
      expect(await pollOnce(polled, "s", "p", 1, listener, open)).toMatchObject({ kind: "broken", why: "A frame cannot be read: beat.ledger is not an object." });
    });
  });

  describe("what carries frames", () => {
    it("PIC-103: the page may draw between two frames that came together, and end the stream there", async () => {
      const ending = new AbortController();
      const ops: string[] = [];
      vi.stubGlobal("scheduler", { yield: () => { ops.push("page"); if (ops.length > 3) ending.abort(); return Promise.resolve(); } });
      const end = await readStream(stream(beat("p"), beat("q"), beat("r")), "s", "p", { frame: ({ op }) => ops.push(op), idle: () => undefined }, ending.signal);
      expect([end, ops]).toEqual([{ kind: "turn" }, ["beat", "page", "beat", "page"]]);
    });

    it("REL-17: a server that keeps no connection open is polled at once, and the page says why", async () => {
      const api = new Api(() => Promise.reject(new Error("nobody is asked")));
      const end = await POLLS_ONLY.run(api, "s", "p", quiet, open);
      expect(end).toMatchObject({ kind: "broken", poll: true });
      expect(POLLS_ONLY.fallbackReason).toContain("keeps no connection open");
      expect(STREAM.transport).toBe("push");
    });
  });
});

describe("packed", () => {
  async function heard(...codings: (string | null)[]): Promise<CompressionDetector> {
    const packing = new CompressionDetector();
    for (const coding of codings) {
      const answer = new Response("{}", { headers: coding === null ? {} : { "content-encoding": coding } });
      expect(await packing.watch(() => Promise.resolve(answer))("/api/me")).toBe(answer);
    }
    return packing;
  }

  describe("a proxy that compresses", () => {
    it("PIC-36: is named if streams do not get through", async () => {
      const stream = (await heard(null, "zstd")).carrier();
      expect(stream.fallbackReason).toContain("A proxy compresses answers (zstd)");
      expect(stream.fallbackReason).toContain("text/event-stream");
      expect({ ...stream, fallbackReason: STREAM.fallbackReason }).toEqual(STREAM);
    });

    it("PIC-36: is not suspected if answers come as they were sent", async () => {
      for (const codings of [[], [null], ["identity"], ["gzip", null]]) expect((await heard(...codings)).carrier().fallbackReason).toBe(STREAM.fallbackReason);
    });
  });
});
