import { describe, expect, it } from "vitest";
import { ask, askJson, refusal, Refusal } from "../../src/lanes/http.ts";

const answer = (status: number, body: string, headers: Record<string, string> = {}): Promise<Response> => Promise.resolve(new Response(body, { status, headers }));

describe("one request", () => {
  it("PIC-44: a refusal keeps the server's words and what to do", async () => {
    const body = JSON.stringify({ code: "gone", title: "The session ended.", detail: "Nobody watched.", remedy: "Press On." });
    await expect(ask(() => answer(410, body), "/x")).rejects.toMatchObject({ code: "gone", title: "The session ended.", remedy: "Press On." });
  });

  it("PIC-44: an answer that is no problem document still says something", async () => {
    const said = await refusal(new Response("<html>502</html>", { status: 502, headers: { "retry-after": "4" } }));
    expect(said).toMatchObject({ code: "unavailable", retryAfter: 4 });
    expect(said.title).toContain("502");
    expect((await refusal(new Response("", { status: 401 }))).remedy).toContain("link");
  });

  it("PIC-44: no answer at all says that the server does not answer", async () => {
    await expect(ask(() => Promise.reject(new TypeError("fetch failed")), "/x")).rejects.toMatchObject({ code: "unreachable" });
    await expect(ask(() => Promise.reject(new TypeError("x")), "/x")).rejects.toBeInstanceOf(Refusal);
  });

  it("answers the JSON of a good answer", async () => {
    expect(await askJson(() => answer(200, '{"a":1}'), "/x")).toEqual({ a: 1 });
  });
});
