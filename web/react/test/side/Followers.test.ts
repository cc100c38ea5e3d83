import { expect, it } from "vitest";
import { followedTraces, initials, namesOf } from "../../src/side/Followers.tsx";

const ANN = { name: "ann.brown@shop.example", tokens: ["t1", "t2"] };
const BOB = { name: "bob", tokens: ["t2b"] };

it("HUB-33: initials come of first and last name, in any script", () => {
  expect(["ann.brown@shop.example", "Ann Maria Brown", "bob", "Łukasz Żak", "李 小龙", "@", ""].map(initials)).toEqual(["AB", "AB", "B", "ŁŻ", "李小", "@", "?"]);
});

it("HUB-33: each trace that others follow is one row, by any of its tokens", () => {
  const tokensOf = (token: string): readonly string[] => (token.startsWith("t2") ? ["t2", "t2b"] : [token]);
  expect(followedTraces([ANN, BOB], tokensOf)).toEqual([{ token: "t2", names: [ANN.name, "bob"] }, { token: "t1", names: [ANN.name] }]);
  expect(namesOf([ANN, BOB], ["t2", "t2b"])).toEqual([ANN.name, "bob"]);
  expect(namesOf([ANN, BOB], ["t9"])).toEqual([]);
});
