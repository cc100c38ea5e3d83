import { expect, it } from "vitest";
import { settle } from "../../src/opened/settle.ts";

const file = (path: string, text = "") => ({ path, text });
const paths = (given: ReturnType<typeof settle>) => given?.files.map(({ path }) => path);

it("TAP-31: takes a folder with graphs/ in it for the workspace, however deep it lies", () => {
  const given = settle([file("home/shop/graphs/a.json"), file("home/shop/events/e.yaml"), file("home/readme.json")], null);
  expect(given).toMatchObject({ title: "shop", beside: [] });
  expect(paths(given)).toEqual(["graphs/a.json", "events/e.yaml"]);
});

it("TAP-31: of several workspaces takes the one with most graphs, and names the others", () => {
  const given = settle([file("all/a/graphs/1.json"), file("all/b/graphs/1.json"), file("all/b/graphs/2.json")], null);
  expect(given).toMatchObject({ title: "b", beside: ["all/a"] });
  expect(paths(given)).toEqual(["graphs/1.json", "graphs/2.json"]);
});

it("TAP-31: puts single files where they belong, by their folder or by what they say", () => {
  const given = settle([file("journey.json"), file("wish.yaml", "id: wish\nprovider_event_names: {}\n"), file("basket.yaml", "id: basket\nevent_id: add\n"), file("events-index.yaml"), file("events/x.yml")], null);
  expect(given?.title).toBe("journey");
  expect(paths(given)).toEqual(["graphs/journey.json", "events/wish.yaml", "nodes/basket.yaml", "events-index.yaml", "events/x.yml"]);
});

it("TAP-31: adds single files, and a folder of definitions alone, to what is open", () => {
  const before = { title: "shop", files: [file("graphs/a.json", "old"), file("events/e.yaml")] };
  expect(settle([file("a.json", "new"), file("events/f.yaml")], before)).toEqual({ title: "shop", beside: [], files: [file("graphs/a.json", "new"), file("events/e.yaml"), file("events/f.yaml")] });
  expect(paths(settle([file("graphs/b.json")], before))).toEqual(["graphs/a.json", "events/e.yaml", "graphs/b.json"]);
  expect(settle([file("other/graphs/b.json")], before)).toMatchObject({ title: "other", files: [file("graphs/b.json")] });
});

it("makes nothing of what holds no graph", () => {
  expect(settle([], null)).toBeNull();
  expect(settle([file("readme.txt")], null)).toBeNull();
  expect(settle([file("events/e.yaml")], null)).toBeNull();
});
