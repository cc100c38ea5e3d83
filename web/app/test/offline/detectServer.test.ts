import { expect, it } from "vitest";
import { hasServer } from "../../src/offline/detectServer.ts";

const answers = (status: number, type: string) => () => Promise.resolve(new Response("{}", { status, headers: { "content-type": type } }));
const WEB = { alone: false, protocol: "http:" };

it("TAP-30: a page from disk, or one built to stand alone, sends no request", async () => {
  const never = () => Promise.reject(new Error("asked"));
  expect(await hasServer({ alone: true, protocol: "http:" }, never)).toBe(false);
  expect(await hasServer({ alone: false, protocol: "file:" }, never)).toBe(false);
});

it("TAP-30: a host that does not know us is no server of ours", async () => {
  for (const [status, type] of [[404, "text/html"], [405, "text/html"], [501, "text/html"], [200, "text/html"]] as const) expect(await hasServer(WEB, answers(status, type))).toBe(false);
});

it("TAP-30: our server is one, whether it lets us in or not, and a host that fails may be", async () => {
  for (const [status, type] of [[200, "application/json"], [401, "application/problem+json"], [503, "text/html"], [429, "text/plain"]] as const) expect(await hasServer(WEB, answers(status, type))).toBe(true);
  expect(await hasServer(WEB, () => Promise.reject(new Error("no network")))).toBe(true);
});
