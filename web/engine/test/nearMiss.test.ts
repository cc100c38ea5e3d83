import { describe, expect, it } from "vitest";
import { createTable } from "../src/matching.ts";
import { commonestReason, countNearMiss, invisibleDifference, namesFromShown, type NearMissCounts, nearMisses, similarNames } from "../src/nearMiss.ts";
import { GRAPH, listen } from "./support.ts";

describe("near", () => {
  const table = createTable([
    listen("a", "Order Completed"), listen("b", "Paid", [{ property: "device", operator: "is any of", values: ["mobile", "tablet"], property_type: "event" }]),
    listen("u", "Upgraded", [{ property: "plan", operator: "is", values: ["pro"], property_type: "user" }]), listen("n", "Left", [{ property: "why", operator: "does not contain", values: ["test"], property_type: "event" }]),
  ]);

  it("MAT-9: a name that differs in case only is a near miss", () => {
    expect(nearMisses(table, ["order completed"], {}, null)).toEqual([{ node: "a", reason: "the name was sent as “order completed”, and “Order Completed” is listened for: the case differs" }]);
  });

  it("MAT-9: a filter's value is reported with the value seen and the value expected", () => {
    expect(nearMisses(table, ["Paid"], { device: "desktop" }, null)).toEqual([{ node: "b", reason: "its property device was “desktop”, and must be “mobile” or “tablet”" }]);
    expect(nearMisses(table, ["Paid"], {}, null)).toEqual([{ node: "b", reason: "its property device is missing, and must be “mobile” or “tablet”" }]);
    expect(nearMisses(table, ["Left"], { why: "a TEST" }, null)).toEqual([{ node: "n", reason: "its property why was “a TEST”, and must not contain “test”" }]);
  });

  it("MAT-9: a user property is reported, also if only the server knows the traits", () => {
    expect(nearMisses(table, ["Upgraded"], {}, {})).toEqual([{ node: "u", reason: "its user property plan is missing, and must be “pro”" }]);
    expect(nearMisses(table, ["Upgraded"], {}, null)).toEqual([{ node: "u", reason: "its user property plan is missing or another, and must be “pro”" }]);
  });

  it("MAT-9: a property of the event that the user is asked for, and the other way round, is said", () => {
    const own = "its user property plan is missing or another, and must be “pro”; the event has a plan of its own, “pro”, but the user is asked for it";
    expect(nearMisses(table, ["Upgraded"], { plan: "pro" }, null)).toEqual([{ node: "u", reason: own }]);
    const users = "its property device is missing, and must be “mobile” or “tablet”; the user has a device, “mobile”, but the event is asked for it";
    expect(nearMisses(table, ["Paid"], {}, { device: "mobile" })).toEqual([{ node: "b", reason: users }]);
  });

  it("MAT-9: a page is known by the names that its shown name was made of", () => {
    expect(namesFromShown("page", "Viewed home Page")).toEqual(["Viewed home Page", "home", "Viewed home", "Loaded a Page"]);
    expect([namesFromShown("page", "Loaded a Page"), namesFromShown("track", "Viewed home Page")]).toEqual([["Loaded a Page"], ["Viewed home Page"]]);
  });

  it("MAT-9: two differences at once are no near miss, and neither is another name", () => {
    expect(nearMisses(table, ["paid"], { device: "desktop" }, null)).toEqual([]);
    expect(nearMisses(table, ["Signed Up"], {}, null)).toEqual([]);
  });

  it("MAT-10: what is never kept is not called missing", () => {
    const never = createTable([listen("e", "E", [{ property: "email", operator: "is", values: ["a@b.co"], property_type: "event", unkept: "its name is personal" }]), listen("s", "S", [{ property: "sku", operator: "is not", values: ["1"], property_type: "event" }])]);
    expect(nearMisses(never, ["E"], {}, null)).toEqual([{ node: "e", reason: "its property email is not kept here (its name is personal), and must be “a@b.co”" }]);
    expect(nearMisses(never, ["S"], { sku: "[redacted]" }, null)).toEqual([{ node: "s", reason: "its property sku held what is not kept here, it looked personal, and must not be “1”" }]);
  });
});

describe("nearest", () => {
  const graph = { ...GRAPH, listens: [listen("a", "Order Completed"), listen("b", "order_complete"), listen("c", "Signed Up")] };

  it("ENG-11: the likest names come first, and say what differs", () => {
    expect(similarNames(graph, "order completed").map(({ node, why }) => [node, why])).toEqual([["a", "case"], ["b", "letters"]]);
    expect(similarNames(graph, "order-completed")[0]).toMatchObject({ node: "a", why: "signs", likeness: 1 });
  });

  it("ENG-11: a name like no other has no nearest, however odd it is", () => {
    for (const name of ["", "💥", "x".repeat(100_000), "zzz"]) expect(similarNames(graph, name)).toEqual([]);
  });

  it("ENG-11: invisible differences are shown by their code points", () => {
    const cafe = { ...GRAPH, listens: [listen("a", "Caf\u00e9 Opened"), listen("b", "\u0130ade Talebi")] };
    expect(similarNames(cafe, "Cafe\u0301 Opened")[0]).toMatchObject({ node: "a", why: "form" });
    expect(similarNames(cafe, "iade talebi")[0]).toMatchObject({ node: "b", why: "case" });
    expect(invisibleDifference("Cafe\u0301 Opened", "Caf\u00e9 Opened")).toBe("they look alike and differ at character 4: U+0065 was sent, U+00E9 is listened for");
    expect([invisibleDifference("a\u00a0b", "a b"), invisibleDifference("a\u200bb", "ab"), invisibleDifference("ab ", "ab")].every((reported) => reported !== "")).toBe(true);
    expect([invisibleDifference("ab", "ab"), invisibleDifference("ab", "ac")]).toEqual(["", ""]);
  });
});

describe("near", () => {
  describe("near misses", () => {
    it("TRC-17: tell the commonest reason at a node", () => {
      const near: NearMissCounts = new Map();
      for (const reason of ["case", "value", "value"]) countNearMiss(near, "B", reason);
      expect(commonestReason(near, "B")).toEqual({ reason: "value", count: 2 });
      expect(commonestReason(near, "C")).toBeNull();
    });

    it("TRC-18: are bounded in nodes and reasons", () => {
      const near: NearMissCounts = new Map();
      for (let n = 0; n < 3000; n += 1) countNearMiss(near, `n${n % 1500}`, `reason ${n}`);
      for (let n = 0; n < 20; n += 1) countNearMiss(near, "n0", `more ${n}`);
      expect(near.size).toBe(1000);
      expect(near.get("n0")!.reasons.size).toBe(5);
      expect(near.get("n0")!.count).toBe(22);
    });
  });
});
