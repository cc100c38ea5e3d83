import { expect, it } from "vitest";
import { createTable } from "../src/matching.ts";
import { namesOf, nearMisses } from "../src/near.ts";
import { listen } from "./support.ts";

const table = createTable([
  listen("a", "Order Completed"), listen("b", "Paid", [{ property: "device", operator: "is any of", values: ["mobile", "tablet"], property_type: "event" }]),
  listen("u", "Upgraded", [{ property: "plan", operator: "is", values: ["pro"], property_type: "user" }]), listen("n", "Left", [{ property: "why", operator: "does not contain", values: ["test"], property_type: "event" }]),
]);

it("ENG-23: a name that differs in case only is a near miss", () => {
  expect(nearMisses(table, ["order completed"], {}, null)).toEqual([{ node: "a", reason: "the name was sent as “order completed”, and “Order Completed” is listened for: the case differs" }]);
});

it("ENG-23: a filter's value is told with the value seen and the value expected", () => {
  expect(nearMisses(table, ["Paid"], { device: "desktop" }, null)).toEqual([{ node: "b", reason: "its property device was “desktop”, and must be “mobile” or “tablet”" }]);
  expect(nearMisses(table, ["Paid"], {}, null)).toEqual([{ node: "b", reason: "its property device is missing, and must be “mobile” or “tablet”" }]);
  expect(nearMisses(table, ["Left"], { why: "a TEST" }, null)).toEqual([{ node: "n", reason: "its property why was “a TEST”, and must not contain “test”" }]);
});

it("ENG-23: a user property is told, also where the traits are known to the server alone", () => {
  expect(nearMisses(table, ["Upgraded"], {}, {})).toEqual([{ node: "u", reason: "its user property plan is missing, and must be “pro”" }]);
  expect(nearMisses(table, ["Upgraded"], {}, null)).toEqual([{ node: "u", reason: "its user property plan is missing or another, and must be “pro”" }]);
});

it("ENG-23: a property of the event that the user is asked for, and the other way round, is said", () => {
  const own = "its user property plan is missing or another, and must be “pro”; the event has a plan of its own, “pro”, but the user is asked for it";
  expect(nearMisses(table, ["Upgraded"], { plan: "pro" }, null)).toEqual([{ node: "u", reason: own }]);
  const users = "its property device is missing, and must be “mobile” or “tablet”; the user has a device, “mobile”, but the event is asked for it";
  expect(nearMisses(table, ["Paid"], {}, { device: "mobile" })).toEqual([{ node: "b", reason: users }]);
});

it("ENG-23: a page is known by the names that its shown name was made of", () => {
  expect(namesOf("page", "Viewed home Page")).toEqual(["Viewed home Page", "home", "Viewed home", "Loaded a Page"]);
  expect([namesOf("page", "Loaded a Page"), namesOf("track", "Viewed home Page")]).toEqual([["Loaded a Page"], ["Viewed home Page"]]);
});

it("ENG-23: two differences at once are no near miss, and neither is another name", () => {
  expect(nearMisses(table, ["paid"], { device: "desktop" }, null)).toEqual([]);
  expect(nearMisses(table, ["Signed Up"], {}, null)).toEqual([]);
});

it("MAT-10: what is never kept is not called missing", () => {
  const never = createTable([listen("e", "E", [{ property: "email", operator: "is", values: ["a@b.co"], property_type: "event", unkept: "its name is personal" }]), listen("s", "S", [{ property: "sku", operator: "is not", values: ["1"], property_type: "event" }])]);
  expect(nearMisses(never, ["E"], {}, null)).toEqual([{ node: "e", reason: "its property email is not kept here (its name is personal), and must be “a@b.co”" }]);
  expect(nearMisses(never, ["S"], { sku: "[redacted]" }, null)).toEqual([{ node: "s", reason: "its property sku held what is not kept here, it looked personal, and must not be “1”" }]);
});
