import { totals } from "@dagnet-realtime/engine/select/totals";
import { describe, expect, it } from "vitest";
import { summary } from "../src/Summary.tsx";
import { batch, GRAPH, hello, scene } from "../../app/test/support/page.ts";

describe("the picture in words", () => {
  it("PIC-52: says what the picture says", () => {
    const { engine, environment } = scene();
    engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
    engine.dispatch({ kind: "frame", frame: hello });
    const say = (...[phase, connection, paused]: [Parameters<typeof summary>[3], Parameters<typeof summary>[4], boolean]) =>
      summary(engine.state, GRAPH, totals(engine.state, environment.now()), phase, connection, paused, environment.now());
    expect(say("on", "live", false)).toContain("Nothing has been heard");
    engine.dispatch({ kind: "frame", frame: batch(0) });
    engine.dispatch({ kind: "frame", frame: batch(1, "u", [], "scroll") });
    environment.time += 1000;
    expect(say("on", "live", true)).toMatch(/^Paused. 2 events so far, .* Busiest: Landing .* 1 unmapped.$/);
    engine.dispatch({ kind: "follow", token: "t" });
    expect(say("on", "live", false)).toMatch(/Followed: t at Landing after 1 step.$/);
    expect(say("on", "stale", false)).toContain("old");
    expect(say("off", "off", false)).toBe("Realtime is off.");
    expect(summary(engine.state, null, totals(engine.state, 0), "on", "live", false, 0)).toContain("No graph");
  });
});
