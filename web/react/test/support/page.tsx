/** The picture on a jsdom page: what a browser has and jsdom lacks. */
import { vi } from "vitest";
import { FakeCanvas, fakeSurfaces } from "../../../layer/test/support/canvas.ts";

/** Gives the page a size, a canvas and the observers that React Flow asks for. */
export function preparePage(): void {
  fakeSurfaces();
  vi.stubGlobal("ResizeObserver", class {
    constructor(private readonly callback: (entries: unknown[]) => void) {}
    observe(target: Element) { this.callback([{ target, contentRect: { width: 1264, height: 700 } }]); }
    unobserve() { return; }
    disconnect() { return; }
  });
  vi.stubGlobal("DOMMatrixReadOnly", class { m22 = 1; });
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation((() => new FakeCanvas().brush) as never);
  for (const [name, value] of [["offsetWidth", 1264], ["offsetHeight", 700]] as const) Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value });
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue({ x: 0, y: 0, left: 0, top: 0, right: 1264, bottom: 700, width: 1264, height: 700, toJSON: () => undefined });
}
