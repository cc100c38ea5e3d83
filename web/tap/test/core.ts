/** The core of the tap: everything that hears, and nothing that redacts or speaks. */
import { listenTo, oncePerStage, type OnStage } from "../src/sdkListener.ts";
import { discoverSdks, type Page } from "../src/sdkDiscovery.ts";
import { read } from "../src/read.ts";
import { appendEntry, createBuffer } from "../src/buffer.ts";
import { listenToStubs } from "../src/stubListener.ts";

const ring = createBuffer();
const page = globalThis as unknown as Page;
const stubs = listenToStubs(page, [], Date.now);
const tell: OnStage = oncePerStage((event, stage, reason = "") => { appendEntry(ring, { snapshot: read(event, "track", Date.now(), stubs.matchReplay(event)?.at), stage, reason }); });
discoverSdks(page, [], (sdk) => { listenTo(sdk, tell); });
