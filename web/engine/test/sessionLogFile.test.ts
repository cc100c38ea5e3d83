import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../src/fingerprint.ts";
import type { Action } from "../src/actions.ts";
import { readSessionLog, type SessionLog, writeSessionLog } from "../src/sessionLogFile.ts";
import { isProblem } from "../src/problem.ts";
import { feed } from "../src/select/feed.ts";
import { ledger, nodeLight, totals } from "../src/select/totals.ts";
import { expandLog } from "../src/sessionLog.ts";
import { after, batch, event, frame, GRAPH, heard, hello, on, T0, tap } from "./support.ts";

const twin = event("b");
const one = heard("A", { page: "p" });
const lived: Action[] = [on(), on("local"), frame(0, hello()), tap(1, one), tap(2, heard("B", { messageId: twin.id, nodes: ["b"] })), frame(3, batch(0, [twin, event("a"), event("")], 3)),
  frame(4, { op: "gap", from: "e.3", to: "e.5", missed: null, reason: "lost" }), tap(5, { ...one, stage: "failed", reason: "offline" }), frame(6, batch(5, [event("a"), event("c")], 1))];

function read(text: string): SessionLog {
  const log = readSessionLog(text);
  if (isProblem(log)) throw new Error(log.detail);
  return log;
}

function replay(log: SessionLog) {
  return after([on("replay", { position: "", graph: log.header.definition ?? GRAPH }), ...log.frames]);
}

describe("session logs", () => {
  it("ENG-19: a replay shows what was seen: counts, rows, ways, gaps", () => {
    const state = after(lived), again = replay(read(writeSessionLog(state)));
    for (const uuid of ["a", "b", "c"]) expect(nodeLight(again, uuid, T0 + 9)).toEqual(nodeLight(state, uuid, T0 + 9));
    expect(totals(again, T0 + 9)).toEqual(totals(state, T0 + 9));
    expect(ledger(again)).toMatchObject({ view: ledger(state).view, missed: ledger(state).missed, localEvents: 2 });
    const reported = (rows: typeof state) => feed(rows, { start: 0, count: 99 }).rows.map(({ id, nodes, lanes, way, at }) => ({ id, nodes, lanes, way, at }));
    expect(reported(again)).toEqual(reported(state));
  });

  it("ENG-1, ENG-19: the same log always gives the same state, and its replay the same log", () => {
    const text = writeSessionLog(after(lived));
    expect(fingerprint(replay(read(text)))).toBe(fingerprint(replay(read(text))));
    const second = writeSessionLog(replay(read(text)));
    expect(second.split("\n").slice(1)).toEqual(text.split("\n").slice(1));
  });

  it("ENG-19: the header says what was watched, every line is a frame with its time, local ones say so", () => {
    const lines = writeSessionLog(after(lived)).trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines[0]).toMatchObject({ format: "dagnet-realtime-session-log", version: 1, graph: "shop", graph_version: "v1", watch_session_id: "s1", started_at: "2026-01-02T03:04:05.000Z", policy: { identity: "token" } });
    expect(lines.slice(1).map((line) => [line.op, line.at])).toEqual([["tap", T0 + 1], ["tap", T0 + 2], ["batch", T0 + 3], ["gap", T0 + 4], ["tap", T0 + 5], ["batch", T0 + 6]]);
    expect(lines[1]).toMatchObject({ stage: "called", events: [{ name: "A" }] });
    expect(lines[5]).toMatchObject({ stage: "failed", reason: "offline", events: [] });
  });

  it("ENG-19: a line that cannot be read is skipped and counted; a log without a header is none", () => {
    const text = writeSessionLog(after(lived));
    const cut = read(`${text.slice(0, -40)}\n{"op":"future","at":1}\nnot json\n`);
    expect([cut.skipped, cut.frames.length]).toEqual([3, 6]);
    expect(cut.frames.at(-1), "what they held is missed, and how much it was is unknown").toMatchObject({ kind: "frame", frame: { op: "gap", missed: null } });
    for (const bad of ["", "{}", '{"format":"dagnet-realtime-session-log","version":2}', '{"format":"dagnet-realtime-session-log","version":1,"definition":{"name":7}}']) expect(isProblem(readSessionLog(bad))).toBe(true);
    fc.assert(fc.property(fc.string(), fc.nat(text.length), (noise, at) => { readSessionLog(text.slice(0, at) + noise + text.slice(at)); }));
  });

  it("ENG-19: broken, missing, repeated and shuffled lines leave gaps of unknown size, and the replay goes on to the end", () => {
    const inputs = Array.from({ length: 12 }, (_, n) => frame(n, batch(n * 2, [event("a"), event("a")])));
    const [header = "", ...lines] = writeSessionLog(after([on(), on("local"), ...inputs])).trim().split("\n");
    const play = (some: readonly string[]) => replay(read([header, ...some].join("\n")));
    const harm = fc.record({ line: fc.nat(11), how: fc.constantFrom("cut", "negative", "fraction", "gone", "swapped", "twice", "far") });
    fc.assert(fc.property(fc.array(harm, { maxLength: 6 }), (harms) => {
      const some = [...lines];
      for (const { line, how } of harms) {
        const there = some[line] ?? "";
        if (how === "cut") some[line] = there.slice(0, 40);
        else if (how === "negative") some[line] = there.replace('"lit":2', '"lit":-2');
        else if (how === "fraction") some[line] = there.replace('"a":2', '"a":2.5');
        else if (how === "gone") some.splice(line, 1);
        else if (how === "twice") some.push(there);
        else if (how === "swapped") some.splice(line, 2, ...some.slice(line, line + 2).reverse());
        else some.push(...some.splice(line, 1));
      }
      const whole = new Set(some.filter((one) => lines.includes(one)));
      const state = play(some);
      expect(totals(state, T0).count).toBe(whole.size * 2);
      if (some.some((one) => one !== "" && !lines.includes(one))) expect(ledger(state).missed.unknown).toBeGreaterThan(0);
    }), { numRuns: 100 });
    const without = (at: number, gone: number, ...instead: readonly string[]) => [...lines.slice(0, at), ...instead, ...lines.slice(at + gone)];
    for (const [broken, count, unknown] of [[without(4, 1, "{"), 22, 1], [without(4, 1), 22, 1], [without(4, 2, lines[5] ?? "", lines[4] ?? ""), 24, 1], [without(11, 1), 22, 0], [[...lines, "x"], 24, 1]] as const) {
      const state = play(broken);
      expect([totals(state, T0).count, ledger(state).missed.unknown]).toEqual([count, unknown]);
    }
  });

  it("ENG-19: a byte order mark and the line ends of an editor are no reason to refuse", () => {
    const state = after(lived), text = writeSessionLog(state);
    expect(totals(replay(read(`\ufeff${text.replaceAll("\n", "\r\n")}`)), T0)).toEqual(totals(state, T0));
  });

  it("ENG-19: events that have left the ring are counted all the same", () => {
    const inputs: Action[] = [on()];
    for (let n = 0; n < 200; n++) inputs.push(frame(n, batch(n, [event("a")])));
    const state = after(inputs, { events: 10, log: 100 }), again = replay(read(writeSessionLog(state)));
    expect([totals(again, T0).count, nodeLight(again, "a", T0).count, feed(again, { start: 0, count: 99 }).total]).toEqual([200, 200, 10]);
  });

  it("ENG-15: a binding is in the header, and its name is unmapped in the frames", () => {
    const state = after([...lived, { kind: "bind", at: T0 + 9, name: "Unheard", node: "d" }]);
    const log = read(writeSessionLog(state));
    expect(log.header.binds).toEqual({ Unheard: "d" });
    expect([...expandLog(state.accumulation.log, state.accumulation.events)].flatMap((entry) => (entry.kind === "frame" && entry.frame.op === "batch" ? entry.frame.events : [])).find((each) => each.name === "Unheard")?.nodes).toEqual([]);
  });
});
