// @vitest-environment jsdom
import { expect, it } from "vitest";
import { type Drop, listenForDrops, takeDrops } from "../src/drops.ts";

/** Drags over and drops, as a browser does; whether the page kept the browser from opening it. */
function dropped(page: EventTarget, name: string, types = ["Files"]): readonly boolean[] {
  return ["dragover", "drop"].map((type) => {
    const event = Object.assign(new Event(type, { cancelable: true }), { dataTransfer: { types, files: [new File([""], name)], items: [{ kind: "file", webkitGetAsEntry: () => null }] } });
    page.dispatchEvent(event);
    return event.defaultPrevented;
  });
}

it("TAP-31: what is dropped before the zone is there is kept for it, and a text is the browser's", () => {
  const page = new EventTarget(), taken: Drop[] = [];
  listenForDrops(page);
  expect([dropped(page, "first.json"), dropped(page, "early.json"), dropped(page, "text", ["text/plain"])]).toEqual([[true, true], [true, true], [false, false]]);
  const stop = takeDrops((drop) => { taken.push(drop); });
  dropped(page, "late.json");
  stop();
  expect(taken.map(({ files, things }) => [files[0]?.name, things.length])).toEqual([["early.json", 1], ["late.json", 1]]);
});
