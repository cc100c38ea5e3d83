// Sends one journey with Segment's own Node SDK: node node_sdk.mjs HOST WRITE_KEY
import { createRequire } from "node:module";
import path from "node:path";

const web = path.resolve(import.meta.dirname, "../../../web/package.json");
const { Analytics } = createRequire(web)("@segment/analytics-node");
const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host, flushAt: 3, maxRetries: 1 });
analytics.on("error", (problem) => {
  console.error(problem);
  process.exitCode = 1;
});
const anonymousId = "node-visitor-1";
analytics.page({ anonymousId, name: "Home", properties: { path: "/" } });
analytics.track({ anonymousId, event: "view_item", properties: { sku: "SKU-1", email: "canary@example.com" } });
analytics.identify({ anonymousId, userId: "node-user-1", traits: { plan: "free" } });
analytics.track({ anonymousId, userId: "node-user-1", event: "begin_checkout", properties: { value: 12.5 } });
await analytics.closeAndFlush({ timeout: 5000 });
