// @vitest-environment jsdom
import type { Mapping } from "@dagnet-realtime/client/hostInterface";
import { realtime } from "@dagnet-realtime/client/realtime";
import { serverSource } from "@dagnet-realtime/client/sources/remote";
import type { Frame, FrameEvent } from "@dagnet-realtime/engine/wire.gen";
import { act, cleanup, configure, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { GRAPH, hello, PLACE, scene } from "../../../app/test/support/page.ts";
import { settle } from "../../../client/test/support/environment.ts";
import { RealtimeBar } from "../../src/host/RealtimeBar.tsx";
import { RealtimePanel } from "../../src/host/RealtimePanel.tsx";

// Parts are loaded when they are first shown.
configure({ asyncUtilTimeout: 20_000 });

beforeEach(() => {
  Element.prototype.scrollIntoView = () => undefined;
  vi.stubGlobal("ResizeObserver", class { observe() {} unobserve() {} disconnect() {} });
  HTMLDialogElement.prototype.showModal = function () { this.open = true; };
  HTMLDialogElement.prototype.close = function () { this.open = false; };
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const event = (n: number, name: string, nodes: readonly string[]): FrameEvent => ({
  id: `m${n}`, type: "track", name, occurred_at: "1970-01-01T00:16:40.000Z", arrived_at: "1970-01-01T00:16:40.000Z", segment_received_at: null, source: "web", traces: [{ kind: "anonymousId", token: "t_calm" }], nodes, properties: {}, flags: [], offset: n,
});

/** A host with bar and panel, and a server whose frames the test sends. */
function host() {
  const made = scene();
  const session = realtime({ graph: GRAPH, source: serverSource(PLACE, () => ({ api: made.api, slots: made.slots })) }, made.environment);
  const heard = { nodes: [] as string[], mappings: [] as Mapping[] };
  const panel = (selected: string | null) => <RealtimePanel realtime={session} selected={selected} onSelect={(node) => { heard.nodes.push(node); }} onBind={(mapping) => { heard.mappings.push(mapping); }} />;
  const page = render(<><RealtimeBar realtime={session} />{panel(null)}</>);
  const select = (node: string): void => { page.rerender(<><RealtimeBar realtime={session} />{panel(node)}</>); };
  let at = 0;
  /** Frames come, and a second passes. */
  const send = async (...events: FrameEvent[]): Promise<void> => {
    const counts: Record<string, number> = {}, unmapped: Record<string, number> = {};
    for (const { nodes, name } of events) {
      for (const node of nodes) counts[node] = (counts[node] ?? 0) + 1;
      if (nodes.length === 0) unmapped[name] = (unmapped[name] ?? 0) + 1;
    }
    const lit = events.filter(({ nodes }) => nodes.length > 0).length;
    const ledger = { offered: events.length, lit, unmapped: events.length - lit, filtered: 0, missed: 0, carried: events.length, thinned: 0, sampled_out: 0, forgotten: 0 };
    const frame: Frame = { op: "batch", from: `e:${at}`, position: `e:${(at += events.length)}`, counts, unmapped, other: 0, events, threshold: 1, ledger };
    await act(async () => {
      await made.streams[0]?.send(frame);
      await pass(1000);
    });
  };
  const pass = async (ms: number): Promise<void> => {
    await made.environment.advance(ms);
    await settle();
  };
  const press = async (element: HTMLElement): Promise<void> => {
    await act(async () => {
      fireEvent.click(element);
      await settle();
      await pass(1000);
    });
  };
  const on = async (): Promise<void> => {
    await press(screen.getByRole("switch", { name: "Realtime" }));
    // Its code is loaded now.
    await act(() => vi.waitFor(() => { expect(made.streams).toHaveLength(1); }, { timeout: 20_000 }));
    await act(async () => {
      await made.streams[0]?.send(hello);
      await pass(1000);
    });
  };
  return { ...made, session, heard, select, send, press, on, pass };
}

const button = (name: string | RegExp) => screen.getByRole("button", { name });

it("EMB-35: the bar has the switch, the true sign, the count, Pause with what waits, Clear with its way back, and the filter", async () => {
  const { session, send, press, on, streams, pass, environment } = host();
  expect(button(/Realtime · off/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
  await on();
  expect(button(/Realtime · live/)).toBeTruthy();
  expect(screen.queryByText("Space")).toBeNull();
  await send(event(1, "see_a", ["a"]), event(2, "Else", []));
  expect(document.querySelector(".dr-bar .figure")?.textContent).toMatch(/^2 since /);
  await press(button("Pause"));
  await send(event(3, "see_b", ["b"]));
  expect(button(/Realtime · paused/)).toBeTruthy();
  await press(button("Resume +1"));
  await act(() => pass(5000));
  expect(session.state.counts.total).toBe(3);
  await press(button("Clear"));
  expect(document.querySelector(".dr-bar .figure")?.textContent).toMatch(/^0 since /);
  await press(button("Undo"));
  expect(document.querySelector(".dr-bar .figure")?.textContent).toMatch(/^3 since /);
  expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  const field = screen.getByRole("textbox", { name: /Filter events/ });
  fireEvent.change(field, { target: { value: "is:unmapped" } });
  fireEvent.keyDown(field, { key: "Enter" });
  await act(() => pass(1000));
  expect(session.state.filter.text).toBe("is:unmapped");
  expect(document.querySelector(".dr-bar .figure")?.textContent).toMatch(/^1 of 3 /);
  await streams[0]?.end();
  await act(() => pass(300));
  expect(button(/Realtime · reconnecting/)).toBeTruthy();
  expect(document.querySelector(".dr-why")?.textContent).toBe(session.state.why);
  expect(session.state.why).not.toBe("");
  await press(screen.getByRole("switch", { name: "Realtime" }));
  expect(button(/Realtime · off/)).toBeTruthy();
  expect(environment.isHidden).toBe(false);
});

it("EMB-35: the panel follows traces, shows a timeline and nodes, and tells the host what is chosen and mapped", async () => {
  const { session, heard, select, send, press, on } = host();
  await on();
  await send(event(1, "see_a", ["a"]), event(2, "Else", []));
  await press(screen.getByTitle(/^Follow it/));
  expect(session.state.followed).toHaveLength(1);
  expect(await screen.findByRole("group", { name: "Followed traces" })).toBeTruthy();
  const steps = await screen.findByRole("list", { name: /Its events/ });
  expect(within(steps).getAllByRole("listitem").map((step) => step.querySelector(".step-label")?.textContent)).toEqual(["Landing", "Else"]);
  await press(button("Following"));
  expect(session.state.followed).toHaveLength(0);
  select("a");
  expect(screen.getByRole("tab", { name: "Node" }).getAttribute("aria-selected")).toBe("true");
  expect(await screen.findByRole("heading", { name: "Landing" })).toBeTruthy();
  expect(heard.nodes).toEqual([]);
  fireEvent.mouseDown(screen.getByRole("tab", { name: /Unmapped/ }), { button: 0 });
  await press(await screen.findByRole("button", { name: "Map… Else to a node" }));
  await press(await screen.findByRole("button", { name: /Basket/ }));
  expect(heard.mappings).toEqual([{ name: "Else", node: "b", nodeId: "b", eventId: "b" }]);
  expect(session.state.nodes["b"]?.count).toBe(1);
  await press(await screen.findByRole("button", { name: "Basket" }));
  expect(heard.nodes).toEqual(["b"]);
  expect(screen.getByRole("heading", { name: "Basket" })).toBeTruthy();
});

it("EMB-35: a session that ended says why, and one that could not be opened does not claim to have ended", async () => {
  const { session, streams, on, pass } = host();
  await on();
  await act(async () => {
    await streams[0]?.send({ op: "bye", reason: "the lease ran out", retry_after: null });
    await pass(1000);
  });
  expect(button(/Realtime · ended/)).toBeTruthy();
  expect(document.querySelector(".dr-why")?.textContent).toBe("the lease ran out");
  cleanup();
  expect(document.querySelector("[data-dagnet-realtime]")).toBeNull();
  const made = scene({ "POST /api/watch": new Response(JSON.stringify({ title: "Too many sessions." }), { status: 429 }) });
  const other = realtime({ graph: GRAPH, source: serverSource(PLACE, () => ({ api: made.api, slots: made.slots })) }, made.environment);
  render(<RealtimeBar realtime={other} theme="light" />);
  await act(async () => {
    await other.on();
    await made.environment.advance(1000);
  });
  expect(button(/Realtime · off/)).toBeTruthy();
  expect(document.querySelector(".dr-why")?.textContent).toBe("Too many sessions.");
  expect([...document.querySelectorAll("[data-dagnet-realtime]")].map((one) => (one as HTMLElement).dataset["theme"])).toEqual(["light", "light"]);
  expect(session.state.phase).toBe("off");
});
