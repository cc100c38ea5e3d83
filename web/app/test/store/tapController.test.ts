// @vitest-environment jsdom
import { randomHex } from "@dagnet-realtime/client/environment";
import { type FromHost, MAGIC } from "@dagnet-realtime/tap/protocol";
import { readFileSync } from "node:fs";
import { rowAt } from "@dagnet-realtime/engine/eventBuffer";
import { expect, it, vi } from "vitest";
import type { Incoming, PageChannel } from "@dagnet-realtime/client/transport/tap/channels";
import { listenWhilePageLives, TapController, originOf } from "../../src/store/tapController.ts";
import { batch, GRAPH, hello, PLACE, scene } from "../support/page.ts";

function local() {
  const page = scene({ "PATCH /api/watch/s1": {} });
  const said: FromHost[] = [];
  let take: (heard: Incoming) => void = () => undefined;
  const road: PageChannel = { listen: (hear) => { take = hear; return () => undefined; }, send: (message) => said.push(message) };
  let made = 0;
  const build = () => new TapController(page.context, [road], page.shelf, page.shelf, () => String((made += 1)).repeat(32));
  const one = build();
  const say = (message: object, origin = "https://a.test"): void => { take({ message: { dagnet: MAGIC, page: "p", sdks: [], ...message }, origin, channel: "opened", answer: (answer) => said.push(answer) }); };
  const report = (from: number, ...messages: object[]): void => {
    const session = said.flatMap((answer) => (answer.kind === "welcome" ? [answer.session] : [])).at(-1);
    say({ kind: "report", session, from, to: from + messages.length, messages, missed: 0, skipped: 0 });
  };
  return { ...page, said, local: one, build, say, report };
}
const message = (messageId: string, at: number) => ({ messageId, type: "track", name: "see_a", names: ["see_a"], occurredAt: at, at, stage: "called", traces: [{ kind: "anonymousId", token: "me_1" }], properties: {} });
const hi = { kind: "hello", nonce: "n", url: "https://a.test/" };

it("TAP-11: an address that is typed lets its origin in, and is remembered; another is not", () => {
  const { local: one, build } = local();
  expect(one.allow("a.test/cart?x=1")).toBe("https://a.test");
  expect([one.allow("file:///etc/passwd"), one.allow("javascript://x"), one.allow(" ")]).toEqual([null, null, null]);
  expect(build().settings.origins).toEqual(["https://a.test"]);
  one.forbid("https://a.test");
  expect(one.settings.origins).toEqual([]);
  expect([originOf("localhost:3000/x"), originOf("127.0.0.1:80"), originOf("shop.test:8443"), originOf("http://shop.test/")]).toEqual(["http://localhost:3000", "http://127.0.0.1", "https://shop.test:8443", "http://shop.test"]);
});

it("TAP-10: while On, what happened since On lights the graph; the rest does not", async () => {
  const { local: one, engine, store, watch, environment, say, report } = local();
  one.allow("https://a.test");
  one.open();
  say(hi);
  report(0, message("off", environment.now()));
  store.setState({ graph: GRAPH, graphRef: PLACE });
  await watch.on(PLACE, GRAPH);
  report(1, message("before", environment.now() - 1), message("since", environment.now()));
  expect(engine.state.lanes).toEqual(["remote", "local"]);
  expect(engine.state.accumulation.events.end).toBe(1);
  expect(one.host.pages.get("p")).toMatchObject({ received: 1, early: 2 });
});

it("TAP-10: a retry of a call of before On is of before On, and a page's clock that stands still lights all the same", async () => {
  const { local: one, engine, store, watch, environment, say, report } = local();
  one.allow("https://a.test");
  one.open();
  store.setState({ graph: GRAPH, graphRef: PLACE });
  await watch.on(PLACE, GRAPH);
  say(hi);
  const retry = (made: number) => ({ ...message(`ajs-next-${made}-x`, environment.now()), stage: "delivered" });
  report(0, retry(environment.now() - 1), { ...message("stub", environment.now()), calledAt: environment.now() - 1 }, retry(environment.now()), { ...message("fake clock", 0), at: 0 });
  expect(engine.state.accumulation.events.end).toBe(2);
  expect(one.host.pages.get("p")).toMatchObject({ early: 2 });
});

it("TAP-13: the server is asked to follow this browser's own traces, beside the viewer's, once", async () => {
  const { local: one, engine, store, watch, environment, say, report, asked, context } = local();
  const follows = vi.spyOn(context.api, "follows").mockResolvedValue(undefined);
  one.allow("https://a.test");
  one.open();
  store.setState({ graph: GRAPH, graphRef: PLACE });
  await watch.on(PLACE, GRAPH);
  say(hi);
  report(0, message("m0", environment.now()));
  store.setState({ numbersTick: 1 });
  expect(follows).not.toHaveBeenCalled();
  engine.dispatch({ kind: "frame", frame: hello });
  engine.dispatch({ kind: "frame", frame: batch(0, "m0") });
  engine.dispatch({ kind: "follow", token: "x" });
  for (const second of [2, 3]) store.setState({ numbersTick: second });
  expect(follows.mock.calls).toEqual([["s1", ["x", "t"]]]);
  expect(asked.length).toBeGreaterThan(0);
});

it("TAP-5: when the rules change, the pages are welcomed anew", () => {
  const { local: one, store, say, said } = local();
  one.allow("https://a.test");
  one.open();
  say(hi);
  store.setState({ numbersTick: 1 });
  one.showProperties(["plan"]);
  const rules = said.flatMap((answer) => (answer.kind === "welcome" ? [answer.rules.allow] : []));
  expect(rules).toEqual([[], ["plan"]]);
});

it("TAP-10: a reloaded tab keeps its name and its key, a duplicated one does not find them", () => {
  const { local: one, build, kept } = local();
  const stop = one.open();
  stop();
  const text = kept.get("dagnet-realtime-local") ?? "";
  expect(JSON.parse(text)).toEqual({ session: "1".repeat(32), salt: "2".repeat(32) });
  build();
  expect(kept.has("dagnet-realtime-local")).toBe(false);
  kept.set("dagnet-realtime-local", "junk");
  expect(() => build()).not.toThrow();
});

it("TAP-10: the page's end closes the listeners, and its return opens them", () => {
  const { local: one, said } = local();
  listenWhilePageLives(one);
  window.dispatchEvent(new Event("pagehide"));
  expect(said.at(-1)?.kind).toBe("gone");
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  expect(said.at(-1)?.kind).toBe("call");
  expect(randomHex(4)).toMatch(/^[0-9a-f]{8}$/);
});

it("SEG-14: a site's own message id becomes the digest under the channel's key, so that the server's twin is known", async () => {
  const { key, cases } = JSON.parse(readFileSync(`${import.meta.dirname}/../../../../conformance/message_ids.json`, "utf8")) as { readonly key: string; readonly cases: readonly { readonly id: string; readonly shown: string }[] };
  const { local: one, engine, store, watch, environment, say, report } = local();
  one.allow("https://a.test");
  one.open();
  const listed = (message_key: string | null) => { store.setState({ workspaces: store.getState().workspaces.concat({ id: PLACE.workspace, env: PLACE.env, graphs: [], errors: [], sources: [], message_key }).slice(-1) }); };
  listed(key);
  store.setState({ graph: GRAPH, graphRef: PLACE });
  await watch.on(PLACE, GRAPH);
  say(hi);
  const some = cases.filter(({ id }) => id.length <= 512);
  report(0, ...some.map(({ id }) => message(id, environment.now())));
  const { start, end } = engine.state.accumulation.events;
  expect(Array.from({ length: end - start }, (_, place) => rowAt(engine.state.accumulation.events, start + place)?.id)).toEqual(some.map(({ shown }) => shown));
  listed(null);
  report(some.length, message("order-9", environment.now()));
  expect([...one.host.rejected.values()]).toEqual([{ origin: "https://a.test", reason: "the site’s own message id", count: 1 }]);
});
