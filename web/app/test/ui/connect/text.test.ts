import { describe, expect, it } from "vitest";
import { connectButtonText } from "../../../src/ui/connect/buttonText.ts";
import { LOST_MS, missingText, npmLines, placeOf, receivedText, scriptTag, sdkText } from "../../../src/ui/connect/text.ts";

describe("words", () => {
  it("TAP-14: the snippet and the lines for npm name this Realtime", () => {
    expect(scriptTag("http://127.0.0.1:8765/?graph=x")).toBe('<script src="http://127.0.0.1:8765/tap.js"></script>');
    expect(scriptTag("https://host.test/realtime/index.html")).toContain("https://host.test/realtime/tap.js");
    expect(npmLines("http://127.0.0.1:8765/")).toContain('opener(["http://127.0.0.1:8765"])');
  });

  it("TAP-14: per page its place, its SDKs with four characters of the key, and what was heard and missed", () => {
    expect(placeOf({ url: "https://a.test/cart", origin: "https://a.test" })).toBe("a.test/cart");
    expect(placeOf({ url: "https://evil.test/", origin: "https://a.test" })).toBe("a.test");
    expect(sdkText({ sdks: [{ version: "1.84.1", key: "abcd" }, { version: "", key: "" }] })).toBe("analytics.js 1.84.1 · key …abcd, analytics.js of unknown version");
    expect(sdkText({ sdks: [{ version: "4.1.11", key: "", heard: false }] })).toBe("analytics.js 4.1.11, whose calls cannot be heard: only version 2 (analytics-next) can");
    expect(sdkText({ sdks: [] })).toBe("no SDK seen yet");
    expect(receivedText({ received: 1, missed: 0, untold: 0, skipped: 0, early: 0 })).toBe("1 event heard");
    expect(receivedText({ received: 1200, missed: 2, untold: 1, skipped: 1, early: 2 })).toBe("1,200 events heard · 3 missed · 1 later report left out under load · 2 from before On");
  });

  it("TAP-14: the button says how many pages are there", () => {
    expect([connectButtonText([]), connectButtonText([{ present: false }]), connectButtonText([{ present: true }, { present: true }])]).toEqual(["Connect", "Connect", "2 pages"]);
  });
});

describe("missing", () => {
  it("TAP-13: an event that left and has not arrived says what to look at, and never blames what the server thinned", () => {
    expect(missingText("lost", "", 75_000, false)).toBe("left 1 m 15 s ago and has not arrived: see that this write key’s source sends to this webhook, and what Segment’s delivery says.");
    expect(missingText("lost", "", 75_000, true)).toContain("shows a part of the visitors under load");
    expect(missingText("failed", "Failed to fetch", 1, false)).toContain("has not left the page (Failed to fetch)");
    expect(missingText("failed", "the answer was 400", 1, false)).toBe("was refused (the answer was 400): the SDK does not send it again; look at the write key and what the event holds.");
    for (const again of ["the answer was 408", "the answer was 429", "the answer was 503"]) expect(missingText("failed", again, 1, false)).toContain("tries again");
    expect(missingText("unsent", "the SDK has not loaded", 1, false)).toContain("is not known to have left (the SDK has not loaded)");
    expect(missingText("dropped", "left out", 1, true)).toContain("was dropped in the page (left out)");
    expect(LOST_MS).toBe(60_000);
  });
});
