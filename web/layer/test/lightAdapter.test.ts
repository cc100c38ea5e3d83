import type { LightListener } from "@dagnet-realtime/client/light";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { createFlashLimiter, allowFlash } from "@dagnet-realtime/engine/activity";
import { journey } from "../../react/test/bench/sample.ts";
import { Generator } from "../../react/test/bench/generator.ts";
import { Cards } from "@dagnet-realtime/react/picture/cardWriter";
import { sceneOf } from "@dagnet-realtime/react/picture/scene";
import { LightAdapter } from "../src/lightAdapter.ts";
import type { Command } from "../src/protocol.ts";

const graph = journey();
const scene = sceneOf(graph, null);

describe("the bridge from light to the picture", () => {
  let now: number;
  let source: Generator;
  let sent: Command[];
  let written: string[];
  let bridge: LightAdapter;
  const of = (kind: Command["kind"]) => sent.filter((command) => command.kind === kind);
  beforeEach(() => {
    now = 0;
    sent = [];
    written = [];
    source = new Generator(graph, { rates: [], steps: 0 }, () => now, () => 0.5);
    const cards = new Cards();
    vi.spyOn(cards, "write").mockImplementation((uuid) => { written.push(uuid); });
    const flashes = createFlashLimiter();
    bridge = new LightAdapter({ drawing: scene, light: source, renderer: { send: (command) => { sent.push(command); }, close: () => undefined }, writer: cards, ring: (node, heat) => allowFlash(flashes, node, now, heat) });
  });

  it("ENG-21: sends a ring only with the flash rule's leave, however many events come", () => {
    for (now = 0; now < 2000; now += 5) source.hit("landing");
    expect(of("ring").length).toBeLessThanOrEqual(5);
    expect(of("ring").length).toBeGreaterThan(3);
  });

  it("ENG-21: rings grow faint as the rate rises", () => {
    for (now = 0; now < 4000; now += 10) source.hit("landing");
    const strengths = of("ring").map((command) => (command.kind === "ring" ? command.strength : 0));
    expect(strengths[0]).toBeGreaterThan(0.6);
    expect(strengths.at(-1)).toBeLessThan(0.4);
  });

  it("PIC-8: writes all cards once a second, those hovered or followed four times", () => {
    bridge.closeUp = new Set(["email"]);
    for (let beat = 0; beat < 8; beat++) bridge.tick();
    expect(written.filter((uuid) => uuid === "landing")).toHaveLength(2);
    expect(written.filter((uuid) => uuid === "email")).toHaveLength(8);
    expect(of("glow")).toHaveLength(8);
  });

  it("PIC-8: a beat writes a quarter of the cards, so that none has to lay out all", () => {
    const beats = Array.from({ length: 4 }, () => {
      written.length = 0;
      bridge.tick();
      return [...written];
    });
    expect(beats.map(({ length }) => length)).toEqual([3, 3, 3, 3]);
    expect(new Set(beats.flat()).size).toBe(scene.nodes.length);
  });

  it.each([["back", 59_000, 20_000], ["forward by a step of five seconds", 60_000, 65_000], ["far forward", 60_500, 80_000]])("PIC-54: if the clock leaps %s, the next beat writes every card and halo at once", (_, before, after) => {
    for (now = 58_000; now < before; now += 250) bridge.tick();
    for (const reduced of [false, true]) {
      bridge.reduced = reduced;
      for (let turn = 0; turn < 4; turn++) {
        now = before;
        bridge.tick();
        bridge.tick();
        [written, sent].forEach((all) => { all.length = 0; });
        now = after;
        bridge.tick();
        expect(written).toHaveLength(scene.nodes.length);
        expect(of("glow")).toMatchObject([{ atOnce: true }]);
      }
    }
  });

  it("PIC-54: a log that plays fifty times as fast is no leap at each beat", () => {
    for (let beat = 0; beat < 4; beat++) bridge.tick();
    now += 12_500;
    bridge.tick();
    written.length = 0;
    for (let beat = 0; beat < 8; beat++) {
      now += 12_500 + (beat % 2) * 5_000;
      bridge.tick();
    }
    expect(written).toHaveLength(2 * scene.nodes.length);
  });

  it("PIC-8: at the first beat after the page was hidden, and after a clear, every card is written", () => {
    for (let i = 0; i < 9; i++) source.hit("landing");
    bridge.tick();
    bridge.tick(true);
    written.length = 0;
    bridge.tick(true);
    expect(written).toHaveLength(scene.nodes.length);
    bridge.tick();
    written.length = 0;
    vi.spyOn(source, "node").mockReturnValue({ count: 0, rate: 0, level: 0, lastAt: null });
    bridge.tick();
    expect(written).toHaveLength(scene.nodes.length);
    bridge.tick();
    expect(written.length).toBeLessThan(1.5 * scene.nodes.length);
  });

  it("PIC-8: a node that wakes is written at once, and then waits its turn", () => {
    bridge.tick();
    written.length = 0;
    for (let i = 0; i < 50; i++) {
      now += 100;
      source.hit("wishlist");
    }
    expect(written).toEqual(["wishlist"]);
  });

  it("PIC-15: beside a followed path light steps back", () => {
    source.hit("landing");
    source.hit("email");
    bridge.onPath = new Set(["landing"]);
    bridge.sendLevels();
    const glow = of("glow").map((command) => (command.kind === "glow" ? [...command.glow] : []))[0] ?? [];
    const [on, beside] = ["landing", "email"].map((uuid) => glow[scene.nodeIndex.get(uuid) ?? -1] ?? 0);
    expect(beside).toBeCloseTo((on ?? 0) * 0.3);
  });

  it("PIC-21: frozen it neither rings nor writes, until the accumulation is cleared", () => {
    source.hit("landing");
    bridge.tick();
    bridge.frozen = true;
    sent.length = 0;
    written.length = 0;
    now = 1000;
    source.hit("landing");
    for (let beat = 0; beat < 8; beat++) bridge.tick();
    expect([sent, written]).toEqual([[], []]);
    vi.spyOn(source, "node").mockReturnValue({ count: 0, rate: 0, level: 0, lastAt: null });
    bridge.tick();
    expect(written).toHaveLength(scene.nodes.length);
    expect(of("glow")[0]).toMatchObject({ atOnce: true });
  });

  it("PIC-21: with reduced motion levels and numbers change once a second, and nothing rings", () => {
    bridge.reduced = true;
    source.hit("landing");
    for (let beat = 0; beat < 8; beat++) bridge.tick();
    expect(of("ring")).toEqual([]);
    expect(of("glow")).toHaveLength(2);
  });

  it("sends steps along known edges; followed ones and jumps are drawn otherwise", () => {
    const listeners: LightListener[] = [];
    const light = { now: () => 0, node: source.node.bind(source), subscribe: (listener: LightListener) => { listeners.push(listener); return () => undefined; } };
    const open = new LightAdapter({ drawing: scene, light, renderer: { send: (command) => { sent.push(command); }, close: () => undefined }, writer: new Cards(), ring: () => 0 });
    const step = { token: "t", from: "landing", to: "list", edges: ["landing->list", "gone"], jump: false, inferred: false, followed: false, at: 0 };
    for (const one of [step, { ...step, followed: true }, { ...step, jump: true }, { ...step, edges: ["gone"] }]) listeners[0]?.step(one);
    listeners[0]?.hit({ node: "gone", at: 0, late: false, token: null, count: 1 });
    listeners[0]?.hit({ node: "landing", at: 0, late: false, token: null, count: 1 });
    expect(sent).toEqual([{ kind: "step", edges: [scene.edgeIndex.get("landing->list")], inferred: false }]);
    open.close();
  });

  it("hears nothing after it is closed", () => {
    bridge.close();
    source.hit("landing");
    expect(sent).toEqual([]);
  });
});
