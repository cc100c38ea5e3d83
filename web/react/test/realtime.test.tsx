// @vitest-environment jsdom
import { EngineHost } from "@dagnet-realtime/client/engineHost";
import type { Connection } from "@dagnet-realtime/engine/actions";
import { act, cleanup, render, screen } from "@testing-library/react";
import { StrictMode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { boxesOf, LightLayer, RealtimeSign, signOf } from "../src/LightLayer.tsx";
import { type DrawnState, type RealtimeSource, useFollowed, useNodeLight, useRealtime } from "../src/realtime.ts";
import { Generator } from "./bench/generator.ts";
import { journey } from "./bench/sample.ts";
import { preparePage } from "./support/page.tsx";

/** A session whose light and state the test makes. */
class Session implements RealtimeSource {
  readonly light = new Generator(journey(), { rates: [], steps: 0 }, () => Date.now(), () => 0.5);
  readonly listeners = new Set<() => void>();
  state: DrawnState = { phase: "on", connection: "live", why: "", paused: false, followed: [], jumps: [] };
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }
  change(change: Partial<DrawnState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

let session: Session;
beforeEach(() => {
  vi.useFakeTimers();
  preparePage();
  session = new Session();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it("EMB-1: a node renders at most four times a second, however many events come, and never for another's", () => {
  let renders = { landing: 0, email: 0 };
  const Badge = ({ uuid }: { uuid: "landing" | "email" }) => {
    const { count, heat } = useNodeLight(session, uuid);
    renders = { ...renders, [uuid]: renders[uuid] + 1 };
    return <output data-testid={uuid}>{count} {heat}</output>;
  };
  render(<><Badge uuid="landing" /><Badge uuid="email" /></>);
  renders = { landing: 0, email: 0 };
  act(() => {
    for (let i = 0; i < 1000; i++) {
      session.light.hit("landing");
      vi.advanceTimersByTime(1);
    }
  });
  expect(renders.landing).toBeLessThanOrEqual(4);
  act(() => { vi.advanceTimersByTime(250); });
  expect(screen.getByTestId("landing").textContent).toBe("1000 8");
  expect(renders.email).toBe(0);
});

it("EMB-1: a node tells when it was lit last, and the hue of a followed trace that was there", () => {
  const seen: unknown[] = [];
  const Badge = () => {
    seen.push(useNodeLight(session, "landing"));
    return null;
  };
  render(<Badge />);
  expect(seen.at(-1)).toEqual({ count: 0, heat: 0, lastAt: null, hue: null });
  const at = Date.now();
  act(() => {
    session.light.hit("landing");
    session.change({ followed: [{ token: "t", hue: 2, head: "landing", steps: [{ node: "landing", n: 1, edges: [], jump: false, inferred: false }] }] });
    vi.advanceTimersByTime(250);
  });
  expect(seen.at(-1)).toMatchObject({ count: 1, lastAt: at, hue: 2 });
});

it("EMB-1: the clock of nodes stands when none is shown", () => {
  const Badge = () => <>{useNodeLight(session, "landing").count}</>;
  const { unmount } = render(<StrictMode><Badge /></StrictMode>);
  expect(vi.getTimerCount()).toBe(1);
  unmount();
  expect(vi.getTimerCount()).toBe(0);
});

it("EMB-1: the summary and the followed paths are read from the session", () => {
  const Panel = () => <p>{useRealtime(session).connection} {useFollowed(session).length}</p>;
  const { container } = render(<Panel />);
  expect(container.textContent).toBe("live 0");
  act(() => { session.change({ connection: "reconnecting", followed: [{ token: "t", hue: 0, head: null, steps: [] }] }); });
  expect(container.textContent).toBe("reconnecting 1");
});

it.each<[Partial<DrawnState>, string]>([
  [{}, "live"], [{ connection: "polling" }, "live"], [{ paused: true }, "paused"], [{ connection: "stale", paused: true }, "stale"], [{ phase: "off", connection: "off" }, "off"],
  [{ phase: "opening", connection: "off" }, "opening"], [{ connection: "connecting" satisfies Connection }, "connecting"],
])("EMB-30: the sign says %o as “%s”", (change, word) => {
  session.change({ ...change, why: "because" });
  expect(signOf(session.state)).toBe(word);
  render(<RealtimeSign realtime={session} className="mine" />);
  const sign = screen.getByRole("status");
  expect([sign.textContent, sign.className, sign.title]).toEqual([`Realtime · ${word}`, "mine", "because"]);
});

const NODES = journey().nodes.map(({ uuid }, i) => ({ id: uuid, position: { x: i * 200, y: 0 }, width: 110, height: 110 }));

it("EMB-30: draws while the session is on, and nothing while it is off", () => {
  session.change({ phase: "off" });
  const { rerender, unmount } = render(<StrictMode><LightLayer realtime={session} viewport={{ x: 0, y: 0, zoom: 1 }} nodes={NODES} /></StrictMode>);
  expect(vi.getTimerCount()).toBe(0);
  act(() => { session.change({ phase: "on" }); });
  rerender(<StrictMode><LightLayer realtime={session} viewport={{ x: 10, y: 0, zoom: 2 }} nodes={NODES.slice(1)} theme="dark" /></StrictMode>);
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  act(() => { session.change({ phase: "off" }); });
  expect(vi.getTimerCount()).toBe(0);
  act(() => { session.change({ phase: "on" }); });
  unmount();
  expect([vi.getTimerCount(), session.listeners.size]).toEqual([0, 0]);
});

it("EMB-30: reads the boxes of React Flow 11 and 12, of nodes in nodes, and of none that is hidden or unmeasured", () => {
  const boxes = boxesOf([
    { id: "eleven", position: { x: 1, y: 2 }, positionAbsolute: { x: 11, y: 12 }, width: 110, height: 100 },
    { id: "twelve", position: { x: 5, y: 6 }, measured: { width: 50, height: 60 } },
    { id: "inside", position: { x: 1, y: 1 }, parentId: "twelve", measured: { width: 5, height: 5 } },
    { id: "hidden", position: { x: 0, y: 0 }, width: 1, height: 1, hidden: true },
    { id: "new", position: { x: 0, y: 0 } },
    { id: "round", position: { x: 0, y: 0 }, parentId: "round", width: 1, height: 1 },
  ]);
  expect([...boxes]).toEqual([
    ["eleven", { x: 11, y: 12, width: 110, height: 100 }], ["twelve", { x: 5, y: 6, width: 50, height: 60 }],
    ["inside", { x: 6, y: 7, width: 5, height: 5 }], ["round", { x: 0, y: 0, width: 1, height: 1 }],
  ]);
});

it("EMB-30: a real engine is such a session's light", () => {
  const engine = new EngineHost(() => 0);
  const light: RealtimeSource["light"] = engine.light;
  expect(light.node("landing").count).toBe(0);
});
