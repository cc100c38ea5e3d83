import { expect, it } from "vitest";
import { carry } from "../src/carry.ts";
import { feed } from "../src/select/feed.ts";
import { after, event, heard, listener, on, T0, tap } from "./support.ts";

it("ENG-4: what was carried is told per node and name, twins and duplicates apart", () => {
  const twin = event("a"), state = after([on(), on("local"), tap(0, heard("A", { messageId: twin.id }))]), out = listener();
  const told = carry(state, [twin, event("a b"), event(""), twin], T0, false, out);
  expect([...told.carried]).toEqual([["a", 3], ["b", 1]]);
  expect([...told.twins]).toEqual([["a", 1]]);
  expect(told).toMatchObject({ eventTwins: 1, mappedTwins: 1, mappedCarried: 3, rows: [0, 1, 2, 0] });
  expect([...told.samples]).toEqual([["Unheard", 2]]);
  expect(state.kept.duplicates).toBe(1);
  expect(out.hits.map((hit) => hit.node)).toEqual(["a", "b"]);
  expect(feed(state, { start: 0, count: 9 }).total).toBe(3);
});

it("ENG-5: steps of traces are told to the picture", () => {
  const state = after([on()]), out = listener();
  carry(state, [event("a"), event("b", { occurred_at: new Date(T0 + 5).toISOString() })], T0, false, out);
  expect(out.steps).toMatchObject([{ token: "t1", from: "a", to: "b", edges: ["ab"], jump: false, at: T0 }]);
});
