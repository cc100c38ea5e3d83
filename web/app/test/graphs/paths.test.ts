import { expect, it } from "vitest";
import { inFolder, safePath, stem } from "../../src/graphs/paths.ts";

it("GRA-8: a path that leads out is null, one that stays is normalised", () => {
  for (const path of ["", "../x.yaml", "a/../../x.yaml", "/x.yaml", "~/x.yaml", "C:/x.yaml", "a\\x.yaml", "a\0.yaml", "x.json", "http://x/y.yaml"]) expect(safePath(path)).toBeNull();
  expect(safePath("./events//deep/./x.yaml")).toBe("events/deep/x.yaml");
  expect(safePath("events/..x.yml")).toBe("events/..x.yml");
});

it("GRA-9: folders are flat, scratch files are nobody's", () => {
  expect(inFolder("graphs/a.json", "graphs", ".json")).toBe(true);
  for (const path of ["graphs/deep/a.json", "graphs/.a.json", "graphs/#a.json", "graphs/~a.json", "graphs/a.json.swp", "a.json"]) expect(inFolder(path, "graphs", ".json")).toBe(false);
  expect([stem("graphs/a.b.json"), stem("plain")]).toEqual(["a.b", "plain"]);
});
