import { describe, expect, test } from "vitest";
import type { Fetch } from "@dagnet-realtime/client/http";
import { hasPageSecret, readPageSecret, withPageSecret, PAGE_SECRET_KEY } from "../src/pageSecret.ts";
import { PAGE_HEADER } from "@dagnet-realtime/engine/wire.gen";

const SECRET = "s".repeat(32);

function shelf(first: Record<string, string> = {}): Pick<Storage, "getItem" | "setItem"> & { all: Map<string, string> } {
  const all = new Map(Object.entries(first));
  return { all, getItem: (key) => all.get(key) ?? null, setItem: (key, value) => void all.set(key, value) };
}

const refusing = { getItem: () => { throw new Error("forbidden"); }, setItem: () => { throw new Error("forbidden"); } };

describe("the page's half of a sign-in", () => {
  test("ACC-55: it comes with the link and stays in this origin's storage", () => {
    const own = shelf();
    expect(readPageSecret(own, `#page=${SECRET}`)).toBe(SECRET);
    expect(own.all.get(PAGE_SECRET_KEY)).toBe(SECRET);
    expect(readPageSecret(own, "")).toBe(SECRET);
    expect(readPageSecret(shelf({ [PAGE_SECRET_KEY]: "old" }), `#page=${SECRET}`)).toBe(SECRET);
  });

  test("ACC-55: without storage it lasts as long as the page", () => {
    expect([readPageSecret(null, `#page=${SECRET}`), readPageSecret(null, ""), readPageSecret(refusing, `#page=${SECRET}`), readPageSecret(refusing, "")]).toEqual([SECRET, "", SECRET, ""]);
  });

  test.each(["", "#", "#page=", "#page=short", `#pages=${SECRET}`, `#page=${SECRET}&x=1`, `#x#page=${SECRET}`, `#page=${"s".repeat(200)}`, `#page=${SECRET}\n`])(
    "ACC-55: another fragment is none (%j)",
    (hash) => {
      const own = shelf();
      expect([hasPageSecret(hash), readPageSecret(own, hash), own.all.size]).toEqual([false, "", 0]);
    },
  );

  test("ACC-55: every request carries it beside its own headers, or none if there is none", async () => {
    const sent: (RequestInit | undefined)[] = [];
    const fetcher: Fetch = (_, init) => {
      sent.push(init);
      return Promise.resolve(new Response());
    };
    let secret = "";
    const proven = withPageSecret(fetcher, () => secret);
    await proven("/a", { method: "POST", headers: { "content-type": "text/plain" } });
    secret = SECRET;
    await proven("/b", { method: "POST", headers: { "content-type": "text/plain" }, keepalive: true });
    await proven("/c");
    const headers = sent.map((init) => new Headers(init?.headers));
    expect(headers.map((one) => one.get(PAGE_HEADER))).toEqual([null, SECRET, SECRET]);
    expect(headers.map((one) => one.get("content-type"))).toEqual(["text/plain", "text/plain", null]);
    expect([sent[1]?.method, sent[1]?.keepalive]).toEqual(["POST", true]);
  });
});
