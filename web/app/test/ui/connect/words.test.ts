import { expect, it } from "vitest";
import { buttonWords, heardWords, npmLines, placeOf, scriptTag, sdkWords } from "../../../src/ui/connect/words.ts";

it("TAP-15: the snippet and the lines for npm name this Realtime", () => {
  expect(scriptTag("http://127.0.0.1:8765/?graph=x")).toBe('<script src="http://127.0.0.1:8765/tap.js"></script>');
  expect(scriptTag("https://host.test/realtime/index.html")).toContain("https://host.test/realtime/tap.js");
  expect(npmLines("http://127.0.0.1:8765/")).toContain('opener(["http://127.0.0.1:8765"])');
});

it("TAP-15: per page its place, its SDKs with four characters of the key, and what was heard and missed", () => {
  expect(placeOf({ url: "https://a.test/cart", origin: "https://a.test" })).toBe("a.test/cart");
  expect(placeOf({ url: "https://evil.test/", origin: "https://a.test" })).toBe("a.test");
  expect(sdkWords({ sdks: [{ version: "1.84.1", key: "abcd" }, { version: "", key: "" }] })).toBe("analytics.js 1.84.1 · key …abcd, analytics.js of unknown version");
  expect(sdkWords({ sdks: [{ version: "4.1.11", key: "", heard: false }] })).toBe("analytics.js 4.1.11, whose calls cannot be heard: only version 2 (analytics-next) can");
  expect(sdkWords({ sdks: [] })).toBe("no SDK seen yet");
  expect(heardWords({ heard: 1, missed: 0, untold: 0, skipped: 0, early: 0 })).toBe("1 event heard");
  expect(heardWords({ heard: 1200, missed: 2, untold: 1, skipped: 1, early: 2 })).toBe("1,200 events heard · 3 missed · 1 later report left out under load · 2 from before On");
});

it("TAP-15: the button says how many pages are there", () => {
  expect([buttonWords([]), buttonWords([{ there: false }]), buttonWords([{ there: true }, { there: true }])]).toEqual(["Connect", "Connect", "2 pages"]);
});
