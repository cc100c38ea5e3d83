import { describe, expect, it } from "vitest";
import { ApiError, backoffMs, request, requestJson, retryAfterSeconds, toApiError } from "../src/http.ts";

describe("http", () => {
  const answer = (status: number, body: string, headers: Record<string, string> = {}): Promise<Response> => Promise.resolve(new Response(body, { status, headers }));

  describe("one request", () => {
    it("WEB-12: a refusal keeps the server's words and what to do", async () => {
      const body = JSON.stringify({ code: "gone", title: "The session ended.", detail: "Nobody watched.", remedy: "Press On." });
      await expect(request(() => answer(410, body), "/x")).rejects.toMatchObject({ code: "gone", title: "The session ended.", remedy: "Press On." });
    });

    it("WEB-12: an answer that is no problem document still says something", async () => {
      const said = await toApiError(new Response("<html>502</html>", { status: 502, headers: { "retry-after": "4" } }));
      expect(said).toMatchObject({ code: "unavailable", retryAfter: 4 });
      expect(said.title).toContain("502");
      expect((await toApiError(new Response("", { status: 401 }))).remedy).toContain("link");
    });

    it("WEB-12: no answer at all says that the server does not answer", async () => {
      await expect(request(() => Promise.reject(new TypeError("fetch failed")), "/x")).rejects.toMatchObject({ code: "unreachable" });
      await expect(request(() => Promise.reject(new TypeError("x")), "/x")).rejects.toBeInstanceOf(ApiError);
    });

    it("answers the JSON of a good answer", async () => {
      expect(await requestJson(() => answer(200, '{"a":1}'), "/x")).toEqual({ a: 1 });
    });
  });
});

describe("backoff", () => {
  describe("back-off", () => {
    it("PIC-31: doubles from half a second to fifteen, and chance spreads it by half", () => {
      expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 0))).toEqual([250, 500, 1000, 2000]);
      expect(backoffMs(0, 0.999)).toBeGreaterThan(490);
      expect(backoffMs(40, 0.999)).toBeLessThanOrEqual(15_000);
    });

    it("PIC-31: what the server asks for is a lower bound", () => {
      expect(backoffMs(0, 0, 3)).toBe(3000);
      expect(backoffMs(0, 0.9, 3)).toBeGreaterThan(3000);
      expect(backoffMs(5, 0.5, -1)).toBeGreaterThanOrEqual(0);
    });

    it("reads a Retry-After of seconds and nothing else", () => {
      expect(retryAfterSeconds("2")).toBe(2);
      expect(retryAfterSeconds("9000")).toBe(300);
      for (const odd of [null, "", "soon", "-1"]) expect(retryAfterSeconds(odd)).toBeNull();
    });
  });
});
