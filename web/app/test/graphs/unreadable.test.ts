import { expect, it } from "vitest";
import { Unreadable } from "../../src/graphs/unreadable.ts";

it("GRA-2: carries a clause that follows the file's name", () => {
  expect(`a.json ${new Unreadable("is empty").message}`).toBe("a.json is empty");
});
