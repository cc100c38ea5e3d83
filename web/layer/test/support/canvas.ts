/** A canvas that draws nothing and remembers what it was asked: for tests where no browser is. */
import type { Brush, Surface } from "../../src/protocol.ts";
import { vi } from "vitest";
import type { Frames } from "../../src/frames.ts";

export interface Asked {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly alpha: number;
  readonly stroke: unknown;
  readonly width: number;
}

export class FakeCanvas {
  readonly asked: Asked[] = [];
  readonly brush: Brush;
  constructor(public width = 300, public height = 150) {
    const values: Record<string, unknown> = { globalAlpha: 1 };
    this.brush = new Proxy(values, {
      get: (_, name: string) => {
        if (name in values) return values[name];
        return (...args: unknown[]) => {
          this.asked.push({ name, args, alpha: values["globalAlpha"] as number, stroke: values["strokeStyle"], width: values["lineWidth"] as number });
          return name === "measureText" ? { width: 7 } : undefined;
        };
      },
      set: (_, name: string, value) => { values[name] = value; return true; },
    }) as unknown as Brush;
  }
  getContext() { return this.brush; }
  of(name: string): Asked[] { return this.asked.filter((one) => one.name === name); }
  clear() { this.asked.length = 0; }
  get surface(): Surface { return this as unknown as Surface; }
}

/** Puts fakes where the overlay makes its off-screen surfaces; answers those that were made. */
export function fakeSurfaces(): FakeCanvas[] {
  const made: FakeCanvas[] = [];
  vi.stubGlobal("OffscreenCanvas", class extends FakeCanvas { constructor(width: number, height: number) { super(width, height); made.push(this); } });
  return made;
}

/** Frames that come when the test says so. */
export class FakeFrames implements Frames {
  time = 1000;
  isHidden = false;
  waiting: ((time: number) => void) | null = null;
  private visible: (() => void) | null = null;
  request(callback: (time: number) => void) {
    const before = this.waiting;
    this.waiting = (time) => { before?.(time); callback(time); };
    return 1;
  }
  cancel() { this.waiting = null; }
  hidden() { return this.isHidden; }
  onVisible(callback: () => void) { this.visible = callback; return () => { this.visible = null; }; }
  show() { this.isHidden = false; this.visible?.(); }
  /** Runs one frame after so many milliseconds; answers whether one was asked for. */
  next(after = 16): boolean {
    this.time += after;
    const callback = this.waiting;
    this.waiting = null;
    callback?.(this.time);
    return callback !== null;
  }
  run(count: number, after = 16): void {
    for (let i = 0; i < count; i++) this.next(after);
  }
}

export const PALETTE = { canvas: "#000", activity: "#39f", activityText: "#9cf", core: "#fff", follow: ["#fa0", "#0fa", "#c8f", "#cf0", "#f86", "#eee"], ink: "#111", jump: "#888", mono: "m", sans: "s", dark: true, corner: 12 };
