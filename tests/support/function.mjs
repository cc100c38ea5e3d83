/** Runs Segment's function in its runtime: `{what, plan, key, secret, now, events}` on standard input, JSON on standard output. */
import { text } from "node:stream/consumers";
import { pasted } from "../../web/function/test/segment.js";

const { what, plan, key, secret, now, events } = JSON.parse(await text(process.stdin));
const file = pasted();
const envelop = what === "envelopes" ? file.enveloping(JSON.parse(plan), key) : null;
const told = envelop === null ? await file.onBatch(events, { plan, tokenKey: key, providerSecret: secret }) : events.map((event) => envelop(event, now));
process.stdout.write(JSON.stringify(told));
