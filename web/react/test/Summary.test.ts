import { totals } from "@dagnet-realtime/engine/select/totals";
import { describe, expect, it } from "vitest";
import { summary } from "../src/Summary.tsx";
import type { ViewState } from "../src/viewState.ts";
import { batch, GRAPH, hello, scene } from "../../app/test/support/page.ts";

describe("the picture in words", () => {
  it("PIC-26: says what the picture says", () => {
    const { engine, environment } = scene();
    engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
    engine.dispatch({ kind: "frame", frame: hello });
    const say = (tint: ViewState["tint"], word: string, title: string) =>
      summary(engine.state, GRAPH, totals(engine.state, environment.now()), { name: word as ViewState["name"], tint, sign: { word, lane: "", tone: "ok", title, meaning: "" }, covers: "since 01:05:45", banners: [] }, environment.now());
    expect(say("live", "live", "Connected by push")).toBe("Connected by push. Nothing has been received yet.");
    engine.dispatch({ kind: "frame", frame: batch(0) });
    engine.dispatch({ kind: "frame", frame: batch(1, "u", [], "scroll") });
    environment.time += 1000;
    expect(say("paused", "paused", "The picture is paused")).toMatch(/^The picture is paused. 2 events, since 01:05:45, .* Busiest: Landing .* 1 unmapped.$/);
    engine.dispatch({ kind: "follow", token: "t" });
    expect(say("live", "live", "Connected by push")).toMatch(/^2 events, .*Followed: shady marble at Landing after 1 step.$/);
    expect(say("drained", "stale", "Nothing has been heard for a while")).toBe("Nothing has been heard for a while. 2 events, since 01:05:45.");
    expect(summary(engine.state, null, totals(engine.state, 0), { name: "live", tint: "live", sign: { word: "", lane: "", tone: "ok", title: "", meaning: "" }, covers: "", banners: [] }, 0)).toContain("No graph");
  });
});
