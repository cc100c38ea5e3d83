// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, type RenderResult } from "@testing-library/react";
import { Profiler, type ReactElement } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fullJourney, journey } from "../bench/sample.ts";
import { Generator } from "../bench/generator.ts";
import type { PictureProps } from "../../src/picture/types.ts";
import { mannerText, Picture } from "../../src/picture/Picture.tsx";
import { preparePage } from "../support/page.tsx";

function setting(rest: Partial<PictureProps> = {}) {
  let now = 0;
  const graph = rest.graph ?? journey();
  const source = new Generator(graph, { rates: [], steps: 0 }, () => now, Math.random);
  const onSelect = vi.fn<(node: string | null) => void>();
  const props: PictureProps = { graph, light: source, theme: "dark", motion: "full", frozen: false, stale: false, selected: null, onSelect, followed: [], jumps: [], ...rest };
  return { source, onSelect, props, pass: (ms: number) => { now += ms; act(() => { vi.advanceTimersByTime(ms); }); } };
}

/** Renders and lets the tasks pass in which a picture opens. */
function open(picture: ReactElement): RenderResult {
  const rendered = render(picture);
  act(() => { vi.advanceTimersByTime(100); });
  return rendered;
}

describe("the picture", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    preparePage();
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it("PIC-26: puts cards in reading order, each a button that Enter selects and arrows leave", () => {
    const { props, onSelect } = setting();
    const { container } = open(<Picture {...props} />);
    const cards = [...container.querySelectorAll<HTMLElement>(".react-flow__node")];
    expect(cards.map((card) => card.dataset["id"]).slice(0, 3)).toEqual(["landing", "email", "list"]);
    expect(cards.every((card) => card.tabIndex === 0 && card.getAttribute("role") === "button")).toBe(true);
    cards[0]?.focus();
    fireEvent.keyDown(cards[0] as HTMLElement, { key: "Enter" });
    expect(onSelect).toHaveBeenCalledWith("landing");
    fireEvent.keyDown(cards[0] as HTMLElement, { key: "ArrowRight" });
    expect(["list", "search"]).toContain((document.activeElement as HTMLElement).dataset["id"]);
  });

  it("PIC-103: a small graph is placed, drawn and lit in tasks of their own, without a word", () => {
    const { props, source } = setting();
    source.hit("landing");
    const styles = vi.spyOn(window, "getComputedStyle");
    const { container } = render(<Picture {...props} />);
    const state = () => [container.querySelectorAll(".dr-card").length, container.querySelector('[data-node="landing"]')?.getAttribute("data-seen"), container.querySelector(".dr-light") !== null];
    expect([...state(), container.textContent]).toEqual([0, undefined, false, ""]);
    act(() => { vi.advanceTimersByTime(0); });
    // Its cards say what is known before the light's canvas opens.
    expect(state()).toEqual([12, "lit", true]);
    const read = () => styles.mock.calls.filter(([element]) => element.classList.contains("dr-light")).length;
    expect(read()).toBe(0);
    act(() => { vi.advanceTimersByTime(50); });
    expect(read()).toBeGreaterThan(0);
  });

  it("PIC-8: no event makes React render; the card changes all the same", () => {
    const { props, source, pass } = setting();
    const rendered = vi.fn();
    const { container } = open(<Profiler id="picture" onRender={rendered}><Picture {...props} /></Profiler>);
    pass(300);
    const before = rendered.mock.calls.length;
    for (let i = 0; i < 1000; i++) source.hit("basket");
    pass(1200);
    const card = container.querySelector('[data-node="basket"]');
    expect(card?.getAttribute("data-seen")).toBe("lit");
    expect(card?.textContent).toContain("now");
    expect(rendered.mock.calls.length).toBe(before);
  });

  it("PIC-6: cards that have not lit say so, and one that never can", () => {
    const { props } = setting();
    const { container } = open(<Picture {...props} />);
    expect(container.querySelector('[data-node="store"]')?.textContent).toContain("not seen yet");
    expect(container.querySelector('[data-node="abandoned"]')?.getAttribute("data-seen")).toBe("dark");
    expect(container.querySelector('[data-node="abandoned"]')?.textContent).toContain("no event");
  });

  it("draws frames, notes, tags, ghosts and the host's own chip", async () => {
    const { props } = setting({ graph: fullJourney(), jumps: [{ from: "search", to: "basket", count: 12, traces: 9, medianGapMs: 1, advice: "" }], children: <b>Following</b> });
    const { container } = open(<Picture {...props} />);
    await act(async () => { await vi.dynamicImportSettled(); });
    for (const text of ["Checkout", "Wishlist is new.", "GOAL", "classic 50% · quick 50%", "12×", "Following", "Unexpected step"]) expect(container.textContent).toContain(text);
    expect(container.textContent).not.toContain("**");
  });

  it("TRC-28: edges and jumps can be clicked if the host listens, and the chosen one is marked", async () => {
    const onWay = vi.fn();
    const jumps = [{ from: "search", to: "basket", count: 12, traces: 9, medianGapMs: 1, advice: "" }];
    const { props } = setting({ jumps, onSelectEdge: onWay, selectedEdge: { kind: "jump", from: "search", to: "basket" }, highlight: { nodes: ["store"], edges: ["landing->store"] } });
    const { container } = open(<Picture {...props} />);
    await act(async () => { await vi.dynamicImportSettled(); });
    fireEvent.click(container.querySelector('[data-edge="basket->checkout"] .dr-reach') as Element);
    fireEvent.click(container.querySelector(".dr-ghosts .dr-reach") as Element);
    expect(onWay.mock.calls).toEqual([[{ kind: "edge", edge: "basket->checkout" }], [{ kind: "jump", from: "search", to: "basket" }]]);
    expect(container.querySelector(".dr-ghosts g")?.getAttribute("data-chosen")).toBe("yes");
    expect(container.querySelector('[data-edge="landing->store"]')?.getAttribute("data-chosen")).toBe("yes");
    expect([...container.querySelectorAll<HTMLElement>(".react-flow__node.selected")].map((card) => card.dataset["id"])).toEqual(["store"]);
  });

  it("PIC-15: as a followed trace moves, the labels of its edges take its hue, the first of several", () => {
    const { props } = setting();
    const steps = (nodes: readonly string[]) => nodes.map((node, i) => ({ node, n: i + 1, edges: i ? [`${nodes[i - 1] ?? ""}->${node}`] : [], jump: false, inferred: false }));
    const path = (hue: 0 | 2, ...nodes: string[]): PictureProps["followed"][number] => ({ token: `t${hue}`, hue, steps: steps(nodes), head: nodes.at(-1) ?? null });
    const { container, rerender } = open(<Picture {...props} followed={[path(2, "landing", "list")]} />);
    const hues = () => [...container.querySelectorAll(".dr-wire-label[data-hue]")].map((label) => `${label.textContent} ${label.getAttribute("data-hue") ?? ""}`);
    expect(hues()).toEqual(["46% 2"]);
    rerender(<Picture {...props} followed={[path(2, "landing", "list", "product"), path(0, "landing", "list")]} />);
    expect(hues()).toEqual(["46% 2", "52% 2"]);
    rerender(<Picture {...props} />);
    expect(hues()).toEqual([]);
  });

  it("PIC-12: the legend names how steps are drawn, and only what is on screen", async () => {
    const { props } = setting();
    const { container } = open(<Picture {...props} />);
    await act(async () => { await vi.dynamicImportSettled(); });
    const said = () => [...container.querySelectorAll<HTMLElement>(".dr-legend-item")].filter(({ hidden }) => !hidden).map(({ textContent }) => textContent).join();
    expect(said()).toContain("1 dot = 1 step");
    expect(said()).not.toMatch(/Followed|\*/);
    const report = { dots: false, width: false, pace: 0, particles: 0 } as const;
    expect(mannerText({ ...report, dots: true })).toBe("small dots = steps");
    expect(mannerText({ ...report, width: true, pace: 1 })).toBe("busy edges: width = steps/s");
    expect(mannerText({ ...report, pace: 2 })).toBe("1 dot = 1 step");
    expect(mannerText({ ...report, pace: 2, particles: 99 })).toBe("1 dot = 1 step · fewer dots");
  });

  it("PIC-6: the legend's ends are the scale's, and it shows no rates while cards show counts", async () => {
    const { props } = setting();
    const light = Object.create(props.light, { scale: { value: () => ({ least: 0.05, top: 33.4 }) } }) as PictureProps["light"];
    const { container, rerender } = open(<Picture {...props} light={light} />);
    await act(async () => { await vi.dynamicImportSettled(); });
    expect([...container.querySelectorAll(".dr-legend .dr-num")].map((end) => end.textContent)).toEqual(["0.05", "33/s"]);
    expect(container.querySelectorAll(".dr-swatches [data-heat]")).toHaveLength(8);
    rerender(<Picture {...props} light={light} figures="counts" />);
    expect(container.querySelectorAll(".dr-legend .dr-num")).toHaveLength(0);
  });

  it("PIC-34: says on its root that it is stale, so that colour drains", () => {
    const { props } = setting({ stale: true, frozen: true, selected: "landing" });
    const { container } = open(<Picture {...props} />);
    expect(container.querySelector(".dr-picture")?.getAttribute("data-stale")).toBe("yes");
    expect(container.querySelector(".react-flow__node.selected")?.getAttribute("aria-pressed")).toBe("true");
  });

  it("PIC-2: says that it is arranging while a graph without layout is in the worker", () => {
    vi.stubGlobal("Worker", class { onmessage: ((message: MessageEvent) => void) | null = null; postMessage() { setTimeout(() => { this.onmessage?.(new MessageEvent("message", { data: journey().nodes.map((_, i) => ({ x: i * 220, y: 0, width: 164, height: 80 })) })); }, 50); } terminate() { return; } });
    const graph = journey();
    const { props, pass } = setting({ graph: { ...graph, nodes: graph.nodes.map((node) => ({ ...node, x: null, y: null })) } });
    const { container } = render(<Picture {...props} />);
    expect(container.textContent).toContain("Arranging 12 nodes…");
    pass(100);
    pass(0);
    expect(container.querySelectorAll(".dr-card")).toHaveLength(12);
  });

  it("across a room there are no controls", () => {
    const { props } = setting({ large: true });
    const { container } = open(<Picture {...props} />);
    expect(container.querySelector(".dr-legend, .dr-zoom")).toBeNull();
  });
});
