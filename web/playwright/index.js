/** Playwright fixtures for `dagnet-realtime expect`: each test is a scope of its own, told by an anonymous id
 * that is planted before any script of a page runs. They only talk HTTP; what is expected is judged there. */
/* global Buffer, document, fetch, process, Storage, URL, window */
import { randomUUID } from "node:crypto";
import { test as base } from "@playwright/test";

const WAIT_MS = 10_000;
/** One request waits at most so long, by the server's own bound. */
const LONGEST_MS = 25_000;

export const test = base.extend({
  dagnetOptions: [{}, { option: true }],
  dagnet: [
    async ({ context, dagnetOptions }, use, info) => {
      const scope = await Scope.open(info.titlePath.slice(1).join(" › "), `${info.testId}-${info.retry}-${randomUUID()}`);
      await plant(context, scope);
      if (dagnetOptions.reroute === true) await reroute(context);
      await use(scope);
      await scope.readBack(context);
      const end = await scope.end(dagnetOptions);
      await info.attach("dagnet", { body: JSON.stringify(end, null, 2), contentType: "application/json" });
      const wrong = end.items.filter(({ verdict, severity }) => verdict !== "met" && severity === "fail");
      if (wrong.length > 0 && info.status === info.expectedStatus) throw new Error(told(wrong));
    },
    { auto: true },
  ],
});

export { expect } from "@playwright/test";

/** What a test may expect. Presences wait; absences are judged when the test has ended. */
class Scope {
  constructor(id, anonymousId) {
    this.id = id;
    this.anonymousId = anonymousId;
    this.ids = new Set([anonymousId]);
  }

  static async open(name, anonymousId) {
    const { scope } = await ask("POST", "/expect/scopes", { name, seeds: [{ kind: "anonymousId", value: anonymousId }] });
    return new Scope(scope, anonymousId);
  }

  /** Further identifiers of this test, such as a user of its own: `{ userId: "u-7" }`. */
  async also(identifiers) {
    const seeds = Object.entries(identifiers).map(([kind, value]) => ({ kind, value }));
    await ask("POST", `/expect/scopes/${this.id}/seeds`, { seeds });
  }

  lit(...nodes) { return this.#presence("lit", nodes); }
  path(...nodes) { return this.#presence("path", nodes); }
  order(...nodes) { return this.#presence("order", nodes); }
  some(condition, options) { return this.check({ some: condition }, options); }
  coverage(share, options) { return this.check({ coverage: share }, options); }
  dark(...nodes) { return this.check({ dark: nodes }); }
  never(condition) { return this.check({ never: condition }); }
  each(node, { where }) { return this.check({ each: node, where }); }
  count(node, range) { return this.check({ count: node, ...range }); }
  within(duration, { from, to }) { return this.check({ within: duration, from, to }); }
  /** A file of `expectations/`, by its name. */
  meets(file, options) { return this.check({ file }, options); }

  /** Any expectation as a file writes it. Waits while an event can still meet it. */
  async check(expectation, { timeout = WAIT_MS } = {}) {
    let answer = await ask("POST", `/expect/scopes/${this.id}/checks`, expectation);
    const ends = Date.now() + timeout;
    while (answer.items.some(({ waits }) => waits) && Date.now() < ends) {
      const wait = Math.min(ends - Date.now(), LONGEST_MS) / 1000;
      answer = await ask("GET", `/expect/checks/${answer.check}?wait=${Math.max(0, wait)}`);
    }
    const wrong = answer.items.filter(({ verdict, waits, severity }) => severity === "fail" && (waits || verdict === "failed"));
    if (wrong.length > 0) throw new Error(told(wrong));
  }

  /** Ids that pages made for themselves during the test, after a logout for instance. */
  async readBack(context) {
    const { cookies, origins } = await context.storageState();
    const kept = [...cookies, ...origins.flatMap(({ localStorage }) => localStorage)];
    for (const { name, value } of kept) if (name === "ajs_anonymous_id") this.ids.add(plain(value));
    this.ids.delete(this.anonymousId);
    const seeds = [...this.ids].slice(0, 32).map((value) => ({ kind: "anonymousId", value }));
    if (seeds.length > 0) await ask("POST", `/expect/scopes/${this.id}/seeds`, { seeds });
  }

  end({ policy = {}, settle = 2, wait = 10 }) {
    return ask("POST", `/expect/scopes/${this.id}/end?settle=${settle}&wait=${wait}`, { policy });
  }

  #presence(kind, words) {
    const last = words.at(-1);
    const options = typeof last === "object" ? last : {};
    return this.check({ [kind]: words.filter((word) => typeof word === "string") }, options);
  }
}

/** Gives every page of a test its anonymous id, and takes what a reused storage state has brought: an id, and events of yesterday. */
async function plant(context, scope) {
  await context.exposeBinding("__dagnetExpectId", (_, id) => { scope.ids.add(String(id)); });
  await context.addInitScript((id) => {
    try {
      const kept = window.localStorage;
      if (kept.getItem("dagnet-expect") !== id) {
        for (const key of Object.keys(kept)) if (/:dest-|persisted-queue/.test(key)) kept.removeItem(key);
        kept.setItem("dagnet-expect", id);
        kept.setItem("ajs_anonymous_id", JSON.stringify(id));
        document.cookie = `ajs_anonymous_id=${encodeURIComponent(id)}; path=/; SameSite=Lax`;
      }
      const set = Storage.prototype.setItem;
      Storage.prototype.setItem = function (key, value) {
        if (key === "ajs_anonymous_id") window.__dagnetExpectId(String(value).replace(/^"|"$/g, ""));
        return set.call(this, key, value);
      };
    } catch {
      // A page without storage has no id that lasts; its SDK makes one for each page.
    }
  }, scope.anonymousId);
}

/** Sends what pages send to Segment to the run instead. What leaves while a page closes may be missed. */
async function reroute(context) {
  const server = env("DAGNET_EXPECT_SERVER");
  const key = Buffer.from(`${env("DAGNET_EXPECT_WRITE_KEY")}:`).toString("base64");
  await context.route("https://api.segment.io/v1/**", async (route) => {
    const url = new URL(route.request().url());
    const headers = { "content-type": "application/json", authorization: `Basic ${key}` };
    const body = route.request().postData() ?? "{}";
    const answer = await fetch(`${server}${url.pathname}`, { method: "POST", headers, body });
    await route.fulfill({ status: answer.status, contentType: "application/json", body: await answer.text(), headers: { "access-control-allow-origin": "*" } });
  });
}

async function ask(method, path, body) {
  const headers = { authorization: `Bearer ${env("DAGNET_EXPECT_KEY")}`, "content-type": "application/json" };
  const answer = await fetch(`${env("DAGNET_EXPECT_URL")}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const said = await answer.json();
  if (answer.ok) return said;
  throw new Error(`dagnet-realtime expect: ${said.title}. ${said.detail ?? ""}`.trim());
}

function env(name) {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set. Run the tests as \`dagnet-realtime expect -- npx playwright test\`.`);
  return value;
}

function told(items) {
  return items.map(({ title, verdict, text, details }) => [`${verdict}: ${title.replace(/^\d+ /, "")}: ${text}`, ...details.map((one) => `  - ${one}`)].join("\n")).join("\n");
}

function plain(value) {
  return decodeURIComponent(value).replace(/^"|"$/g, "");
}
