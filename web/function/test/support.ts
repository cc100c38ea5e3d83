/** A plan, events as Segment gives them to a function, and a provider that answers as a test says. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync } from "node:fs";
import type { Plan, Settings } from "../src/plan.ts";

export const KEY = "00112233445566778899aabbccddeeff";
/** What a page sent must not be in an answer. */
export const CANARY = "canary-7f3a@leak.example.com";

export const vectors = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../../conformance/${name}.json`, import.meta.url), "utf8"));

/** Ids as an official SDK makes them. */
export const uuid = (place: number): string => `3f2504e0-4f89-41d3-9a0c-${String(place).padStart(12, "0")}`;

export const plan = (changed: Partial<Plan> = {}): Plan => ({
  format: "dagnet-realtime-function/1", version: "v1", workspace: "acme", env: "prod", provider: { app: "4711", key: "a-key", api: "http://127.0.0.1:9", limit: 10_000, batch: 10 },
  turn: 900, rotation: 2_592_000, trace: ["session", "userId", "anonymousId"], properties: [], deny: [], needed: ["plan"], test: "", sample: 1, carries: "listened",
  listens: [{ names: ["Bought"], filters: [{ property: "plan", operator: "is", values: ["pro"], property_type: "event" }] }, { names: ["Viewed Home Page"], filters: [] }],
  ...changed,
});

export const settings = (changed: Partial<Plan> = {}): Settings => ({ plan: JSON.stringify(plan(changed)), tokenKey: KEY, providerSecret: "a-secret" });

export const bought = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: "track", event: "Bought", messageId: uuid(1), anonymousId: "a1", userId: "u1", timestamp: "2026-01-02T03:04:05.678Z", receivedAt: "2026-01-02T03:04:06.000Z",
  properties: { plan: "pro", email: CANARY, note: CANARY }, context: { ip: "203.0.113.7", userAgent: "Mozilla/5.0" }, integrations: {}, writeKey: "w", projectId: "p", version: 2, ...fields,
});

/** One request that a provider got. */
export interface Got {
  readonly url: string;
  readonly batch: readonly { readonly channel: string; readonly name: string; readonly data: string }[];
  readonly bytes: number;
}

/** A provider on loopback; `answer` says what it answers to the nth request: a status and a text, or null for nothing at all. */
export async function provider(answer: (number: number) => readonly [status: number, text: string] | null = () => [200, "{}"]) {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts).toString();
      const { batch } = JSON.parse(body) as Pick<Got, "batch">;
      const told = answer(got.push({ url: request.url ?? "", batch, bytes: Math.max(...batch.map(({ data }) => Buffer.byteLength(data))) }));
      if (told !== null) response.writeHead(told[0], { "content-type": "application/json" }).end(told[1]);
    });
  });
  await new Promise<void>((done) => { server.listen(0, "127.0.0.1", done); });
  const { port } = server.address() as AddressInfo;
  const where = { ...plan().provider, api: `http://127.0.0.1:${port}` };
  return { got, where, settings: (changed: Partial<Plan> = {}) => settings({ provider: where, ...changed }), stop: () => { server.closeAllConnections(); server.close(); } };
}

/** The envelopes of every message that a provider got. */
export const sent = (got: readonly Got[]): Record<string, unknown>[] => got.flatMap(({ batch }) => batch.flatMap(({ data }) => (JSON.parse(data) as { events: Record<string, unknown>[] }).events));
