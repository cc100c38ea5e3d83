import { expect, it } from "vitest";
import { readContainers, readPostits } from "../../src/graphs/annotations.ts";

it("GRA-4: notes and frames have a size whatever the file says", () => {
  expect(readPostits({ postits: [{ text: "x", width: -1, height: "tall" }, null] })).toEqual([{ id: "postit-0", text: "x", colour: "", x: 0, y: 0, width: 200, height: 150 }]);
  expect(readContainers({ containers: [{ label: "x", x: 3, width: 9 }] })[0]).toMatchObject({ x: 3, width: 9, height: 300 });
});
