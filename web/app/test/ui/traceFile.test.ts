import type { State } from "@dagnet-realtime/engine/state";
import { describe, expect, it } from "vitest";
import { traceFile, traceFileName } from "../../src/ui/traceFile.ts";
import { missingText } from "../../src/ui/tracePicture.ts";
import { batch, GRAPH, hello, PLACE, scene } from "../support/page.ts";

const T0 = Date.parse("2026-01-02T03:04:05.000Z");
const at = (ms: number): string => new Date(T0 + ms).toISOString();

/** One event of trace `token`, `ms` after the first. */
const frame = (n: number, ms: number, nodes: string[], name: string, more: object = {}, token = "a_0000000000a1") => {
  const one = batch(n, `m${n}`, nodes, name);
  return { ...one, events: [{ ...one.events[0]!, occurred_at: at(ms), arrived_at: at(ms + 40), traces: [{ kind: "anonymousId", token }], ...more }] };
};

function watched(...frames: object[]): State {
  const { engine } = scene();
  engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" }, T0 - 60_000);
  for (const one of [hello, ...frames]) engine.dispatch({ kind: "frame", frame: one as never }, T0 + 5000);
  return engine.state;
}

const PAGE = { graph: GRAPH, place: PLACE };

describe("a trace as a file", () => {
  it("TRC-40: has every step with both times, nodes, unexpected ones and allowed properties, and no identifier as it was sent", () => {
    const state = watched(
      frame(0, 0, ["a"], "see_a", { revealed: { anonymousId: "anna@example.com" } }),
      frame(1, 1000, [], "scroll", { type: "track" }),
      frame(2, 2500, ["b"], "see_b", { flags: ["late"] }),
      frame(3, 3000, ["a"], "see_a"),
      frame(4, 3500, ["b"], "see_b", {}, "a_0000000000b2"),
    );
    const file = traceFile(state, "a_0000000000a1", PAGE, T0 + 9000)!;
    expect(file).toMatchObject({
      format: "dagnet-realtime-trace", version: 1, exported_at: at(9000), workspace: "shop", env: "demo",
      graph: { name: "g", title: "Shop", version: "v1" }, counted_since: at(-60_000),
      trace: { tokens: [{ kind: "anonymousId", token: "a_0000000000a1" }], events: 4, ended: null, first_at: at(0), last_at: at(3000) },
      missing: { start_lost: false, steps_not_kept: 0, partial: false, view: { missed: 0, gaps_of_unknown_size: 0, gaps: [], thinned: 0, sampled_out: 0 } },
    });
    expect(file.trace.name).toMatch(/^[a-z]+ [a-z]+$/);
    expect(file.steps.map(({ n, move, unexpected, node, occurred_at, arrived_at, lag_ms, gap_ms, late }) => [n, move, unexpected, node?.label, occurred_at, arrived_at, lag_ms, gap_ms, late])).toEqual([
      [1, "entry", false, "Landing", at(0), at(40), 40, null, false],
      [null, "unmapped", false, "Landing", at(1000), at(1040), 40, 1000, false],
      [2, "step", false, "Basket", at(2500), at(2540), 40, 1500, true],
      [3, "jump", true, "Landing", at(3000), at(3040), 40, 500, false],
    ]);
    expect(file.steps[3]).toMatchObject({ from: { uuid: "b", id: "b", label: "Basket" }, lit: [{ uuid: "a" }], edges: [], name: "see_a", message_id: "m3", properties: { device: "mobile" } });
    expect(file.steps[2]!.edges).toEqual(["e"]);
    expect(JSON.stringify(file)).not.toContain("anna");
    expect(traceFileName(file, "json")).toBe(`g-trace-${file.trace.name.replace(" ", "-")}-2026-01-02-03-04-14.json`);
  });

  it("TRC-40: says what is missing: its start, steps that were let go, and what the page did not get", () => {
    const long = Array.from({ length: 260 }, (_, n) => frame(n, n * 10, [n % 2 === 0 ? "a" : "b"], "see"));
    const file = traceFile(watched(...long), "a_0000000000a1", PAGE, T0)!;
    expect([file.missing.start_lost, file.missing.steps_not_kept + file.steps.length, file.trace.events]).toEqual([true, 260, 260]);
    expect(missingText(file)[0]).toBe(`Its start is lost: ${file.missing.steps_not_kept} earlier events are not kept.`);
    const early = traceFile(watched(frame(0, 0, ["b"], "see_b", { flags: ["partial"] })), "a_0000000000a1", PAGE, T0)!;
    expect([early.missing.start_lost, early.missing.partial, missingText(early)[0]]).toEqual([true, true, "Its start may be lost: it may have begun before the log does."]);
    const gap = { op: "gap", from: "e:1", to: "e:4", missed: 3, reason: "the log does not reach back" };
    const missed = traceFile(watched(frame(0, 0, ["a"], "see_a"), gap), "a_0000000000a1", PAGE, T0)!;
    expect(missed.missing).toMatchObject({ start_lost: false, view: { missed: 3, gaps: [{ missed: 3, reason: "the log does not reach back" }] } });
    expect(missingText(missed)[0]).toBe("The page missed 3 events; some may be of this trace.");
  });

  it("TRC-40: of a trace that is not known there is no file", () => {
    expect(traceFile(watched(), "a_0000000000a1", PAGE, T0)).toBeNull();
  });
});
