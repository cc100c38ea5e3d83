import { expect, it } from "vitest";
import { judged, lostValues, unkeptName } from "../../src/graphs/kept.ts";

const filter = (property: string, operator: string, ...values: string[]) => ({ property, operator, values, property_type: "event" as const });

it("MAT-11: a name that redaction changes can never be heard", () => {
  for (const name of ["Order Completed", "v1.2.3.4 installed", "Viewed Pricing /pricing Page", "x".repeat(256)]) expect([name, unkeptName(name)]).toEqual([name, false]);
  for (const name of ["/pay#done", "Viewed Pay /pay?step=2 Page", "Order 4111111111111111", "ada@example.com joined"]) expect([name, unkeptName(name)]).toEqual([name, true]);
});

it("MAT-10: a filter that can never be met says why", () => {
  expect(judged(filter("email", "does not contain", "@acme.com")).unkept).toBe("its name is personal");
  expect(judged(filter("sku", "is", "4111111111111111")).unkept).toBe("such a value is never kept as it is");
  expect(judged(filter("ref", "contains", "@acme.com")).unkept).toBe("such a value is never kept as it is");
  expect(lostValues(filter("sku", "is any of", "4111111111111111", "x"))).toEqual(["4111111111111111"]);
});

it("MAT-10: a negative filter knows what an unwanted value may have become", () => {
  expect(judged(filter("url", "is not", "/a?step=2", "/b")).unsure).toEqual(["/a"]);
  expect(judged(filter("url", "does not contain", "utm=a")).unsure).toEqual(["/"]);
});
