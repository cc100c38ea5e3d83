// @vitest-environment jsdom
import { act, cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { grid } from "../bench/sample.ts";
import { Generator } from "../bench/generator.ts";
import { CardWindow } from "../../src/picture/cardWindow.ts";
import { Picture } from "../../src/picture/Picture.tsx";
import { preparePage } from "../support/page.tsx";

const NODES = 260;

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

/** Lets so many timers run, one turn of the page each. */
function turns(count: number): void {
  for (let n = 0; n < count; n++) act(() => { vi.advanceTimersToNextTimer(); });
}

describe("a graph of hundreds of nodes", () => {
  it("PIC-103: is placed in a turn of its own, comes in batches as plain tiles with names, and draws its edges in few paths", () => {
    const graph = grid(NODES);
    const styles = vi.spyOn(window, "getComputedStyle");
    const light = new Generator(graph, { rates: [], steps: 0 }, () => 0, Math.random);
    const picture = (onSelect: () => void) => <Picture graph={graph} light={light} theme="dark" motion="full" frozen={false} stale={false} selected={null} onSelect={onSelect} followed={[]} jumps={[]} />;
    const { container, rerender } = render(picture(() => undefined));
    const cards = () => container.querySelectorAll(".dr-card").length;
    expect([cards(), container.textContent]).toEqual([0, `Arranging ${NODES} nodes…`]);
    // Their places are drawn before the first of them.
    turns(1);
    expect([cards(), container.querySelector(".dr-places") !== null]).toEqual([0, true]);
    const seen: number[] = [];
    for (let n = 0; n < 400 && cards() < NODES; n++) {
      turns(1);
      if (cards() !== seen.at(-1)) seen.push(cards());
      // What is not on the page yet is drawn all the same.
      if (cards() > 0) expect(container.querySelector(".dr-places") !== null).toBe(cards() < NODES);
    }
    expect(seen.every((count, n) => count - (seen[n - 1] ?? 0) <= 120)).toBe(true);
    expect(seen.at(-1)).toBe(NODES);
    // React Flow reads its own viewport's.
    expect(styles.mock.calls.filter(([element]) => !element.classList.contains("react-flow__viewport")).length).toBeLessThan(NODES / 10);
    // jsdom has no size: nothing is in view.
    expect(container.querySelectorAll(".dr-card-title, .dr-icon, .dr-card-rate")).toHaveLength(0);
    expect(container.querySelector('[data-id="n7"]')?.textContent).toBe("Step 7");
    expect(graph.edges.length).toBeGreaterThan(300);
    expect(container.querySelectorAll(".dr-wires path").length).toBeLessThan(40);

    // Another function of the host does not make every node render again.
    const before = container.querySelector('[data-id="n7"]')?.outerHTML;
    const changed = new MutationObserver(() => undefined);
    changed.observe(container.querySelector(".react-flow__nodes") as Element, { subtree: true, childList: true, attributes: true });
    rerender(picture(vi.fn()));
    expect(changed.takeRecords()).toEqual([]);
    expect(container.querySelector('[data-id="n7"]')?.outerHTML).toBe(before);
  });
});

describe("the window of cards", () => {
  it("PIC-103: cards get and lose their words some at a time, and only the last wish counts", () => {
    const window = new CardWindow(false);
    const uuids = Array.from({ length: 60 }, (_, n) => `n${n}`);
    const told: string[] = [];
    for (const uuid of uuids) window.subscribe(uuid, () => { told.push(uuid); });
    const held = () => uuids.filter(window.holds).length;
    window.show(new Set(uuids));
    expect(held()).toBe(0);
    vi.advanceTimersToNextTimer();
    expect([held() > 0, held() < 30, held()]).toEqual([true, true, told.length]);
    window.show(new Set(["n50"]));
    vi.runAllTimers();
    expect(uuids.filter(window.holds)).toEqual(["n50"]);
    window.show(new Set(uuids));
    window.close();
    vi.runAllTimers();
    expect(held()).toBe(1);
  });

  it("PIC-103: in a small graph every card holds its words", () => {
    const window = new CardWindow(true);
    window.show(new Set());
    vi.runAllTimers();
    expect(window.holds("any")).toBe(true);
  });
});
