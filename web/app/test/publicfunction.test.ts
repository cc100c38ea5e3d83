/** What a function of an earlier version publishes is read by this page. */
import { createTable } from "@dagnet-realtime/engine/matching";
import { expect, it } from "vitest";
import { pasted } from "../../function/test/segment.js";
import { bought, plan, settings, uuid } from "../../function/test/support.ts";
import { FrameBuilder, parsePublished } from "@dagnet-realtime/client/transport/relay/envelopeTransport";
import { json, parsed, path, recorded } from "./support/recorded.ts";

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

/** What a pasted function sends to the provider for these events, at one moment. */
async function published(file?: string): Promise<unknown> {
  const sent: unknown[] = [];
  class Fixed extends Date {
    constructor(...given: readonly number[]) { super(given[0] ?? NOW); }
    static override now(): number { return NOW; }
  }
  const fetch = (url: string, init: { body: string }): Promise<unknown> => {
    sent.push({ url: url.replace(/\?.*/, ""), body: parsed(init.body) });
    return Promise.resolve({ status: 200, ok: true, headers: new Map(), text: () => Promise.resolve("{}"), json: () => Promise.resolve({}) });
  };
  const events = [bought({ messageId: uuid(1) }), { type: "page", name: "Home", messageId: uuid(2), anonymousId: "a1", timestamp: "2026-01-02NOW3:04:05Z" }, { type: "identify", userId: "u1", anonymousId: "a1", messageId: uuid(3) }, { type: "delete", userId: "u1", anonymousId: "a1", messageId: uuid(4) }];
  const status = await pasted({ fetch, Date: Fixed }, file).onBatch(events, settings());
  return parsed(JSON.stringify({ status, sent }));
}

it("OPS-21: the function publishes what it did, and its earlier build is read; else a page is dark until the function is pasted anew", async () => {
  const now = await published();
  const before = parsed(recorded("function_messages.json", () => json(now))) as { sent: { body: { batch: { data: string }[] } }[] };
  expect(now).toEqual(before);
  const old = (await published(path("destination.js"))) as typeof before;
  const read = old.sent.flatMap(({ body }) => body.batch.map(({ data }) => parsePublished(parsed(data))));
  expect(read.map((one) => one?.plan)).toEqual(read.map(() => plan().version));
  expect(read.flatMap((one) => one?.forget ?? [])).toHaveLength(2);
  const table = createTable([{ node: "a", label: "", event_id: "", names: ["Bought"], rule: "segment", filters: [] }]);
  const shown = new FrameBuilder("function:0", () => false).batch(read.flatMap((one) => one?.envelopes ?? []), table, 0);
  expect(shown).toMatchObject({ counts: { a: 1 }, unmapped: { "Viewed Home Page": 1 } });
});
