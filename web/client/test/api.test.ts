import { describe, expect, it } from "vitest";
import { Api } from "../src/api.ts";

function recorded(body: unknown = {}): { api: Api; asked: string[] } {
  const asked: string[] = [];
  const api = new Api((url, init) => {
    const said = typeof init?.body === "string" ? ` ${init.body}` : "";
    asked.push(`${init?.method ?? "GET"} ${url}${said}`);
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200 }));
  });
  return { api, asked };
}

describe("the routes", () => {
  it("escapes what people name their workspaces and graphs", async () => {
    const { api, asked } = recorded();
    await api.graph({ workspace: "a/b", env: "prod", graph: "c d?" });
    expect(asked).toEqual(["GET /api/workspaces/a%2Fb/prod/graphs/c%20d%3F"]);
  });

  it("opens, follows, changes and closes a session", async () => {
    const { api, asked } = recorded();
    await api.openSession({ workspace: "w", env: "e", graph: "g" });
    await api.findPerson("s", "userId", "u");
    await api.follows("s", ["t"]);
    await api.closeSession("s");
    expect(asked).toEqual(['POST /api/watch {"workspace":"w","env":"e","graph":"g"}', 'POST /api/watch/s/follow {"kind":"userId","value":"u"}', 'PATCH /api/watch/s {"follows":["t"]}', "DELETE /api/watch/s"]);
  });

  it("signs out", async () => {
    const { api, asked } = recorded();
    await api.signOut();
    expect(asked).toEqual(["POST /sign-out"]);
  });

  it("HUB-7: poll and stream name the position they resume from", async () => {
    const { api, asked } = recorded({ frames: [], position: "p" });
    const { signal } = new AbortController();
    await api.poll("s", "e:1", 10, signal);
    await api.stream("s", "e:1", signal);
    expect(asked).toEqual(["GET /api/watch/s/frames?after=e%3A1&wait=10", "GET /api/watch/s/stream?after=e%3A1"]);
  });

  it("sends a test event and lets visitors come and go", async () => {
    const { api, asked } = recorded({ workspaces: [] });
    const place = { workspace: "w", env: "e", graph: "g" };
    await api.testEvent(place, "n");
    await api.simulate(place, 5);
    await api.visitors();
    await api.stopVisitors();
    expect(await api.workspaces()).toEqual([]);
    await api.me();
    expect(asked.map((line) => line.split(" ", 2).join(" "))).toEqual([
      "POST /api/test-event",
      "POST /api/demo/visitors",
      "GET /api/demo/visitors",
      "DELETE /api/demo/visitors",
      "GET /api/workspaces",
      "GET /api/me",
    ]);
  });
});
