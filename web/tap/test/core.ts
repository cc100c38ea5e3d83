/** The core of the tap: everything that hears, and nothing that redacts or speaks. */
import { hear, once, type Tell } from "../src/hear.ts";
import { hook, type Page } from "../src/hook.ts";
import { read } from "../src/read.ts";
import { append, createRing } from "../src/ring.ts";
import { hearStubs } from "../src/stub.ts";

const ring = createRing();
const page = globalThis as unknown as Page;
const stubs = hearStubs(page, [], Date.now);
const tell: Tell = once((event, stage, reason = "") => { append(ring, { snapshot: read(event, "track", Date.now(), stubs.take(event)?.at), stage, reason }); });
hook(page, [], (sdk) => { hear(sdk, tell); });
