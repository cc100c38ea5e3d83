/** The light canvas over anybody's drawing of a graph: it is given boxes, paths and a camera, and
 * knows nothing of how they are drawn.
 *
 *     const layer = lightLayer(canvas, {
 *       light: realtime.light,
 *       boxes: () => new Map(nodes.map(({ id, x, y }) => [id, { x, y, width: 110, height: 110 }])),
 *       path: (edge) => document.querySelector(`#edge-${edge}`),
 *       camera: () => ({ x: view.x, y: view.y, zoom: view.zoom }),
 *     });
 *     view.onChange(layer.moved);     // the camera moved
 *     nodes.onChange(layer.measured); // a box or a path changed
 *
 * Boxes and paths are in the drawing's own units; a point `p` of it stands at `p × zoom + x` CSS
 * pixels from the canvas's left edge, and likewise from its top. Keys are DagNet's uuids. The
 * canvas lies over the drawing, has a size by CSS, and should let the pointer through.
 */
import { createFlashLimiter, allowFlash, PULSE_AREA } from "@dagnet-realtime/engine/activity";
import type { FollowedPath, LightSource } from "@dagnet-realtime/client/light";
import { jumpCurve, tableOf } from "./curve.ts";
import type { NodeWriter } from "./drawing.ts";
import { pageFrames, type Frames } from "./frames.ts";
import { LEVELS_MS, LightAdapter } from "./lightAdapter.ts";
import { MeasuredDrawing, type Measures } from "./measuredDrawing.ts";
import { marksOf } from "./pathMarks.ts";
import type { JumpMark, Palette, RenderBuffers, Renderer, RenderReport } from "./protocol.ts";
import { openRenderer } from "./renderer.ts";
import { readPalette } from "./sprites.ts";

/** Where the drawing stands in the canvas, CSS pixels; `zoom` CSS pixels a unit of the drawing;
 * `text` the least size of text on screen, 11 CSS pixels by default.
 */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly text?: number;
}

/** How light looks and moves; each can be changed later by `set`. */
export interface LightLook {
  /** Colours that differ from those that the canvas's custom properties say. */
  readonly palette?: Partial<Palette>;
  /** What the drawing's background is; light by default. */
  readonly theme?: "dark" | "light";
  /** By default what the reader's system asks for. */
  readonly motion?: "full" | "reduced" | "system";
  /** Paused: nothing moves. */
  readonly frozen?: boolean;
  /** Not live: the colour drains. */
  readonly stale?: boolean;
}

export interface LightLayerOptions extends Measures, LightLook {
  readonly light: LightSource;
  readonly camera: () => View;
  /** The radius of a node's corners, in units of the drawing; 12 by default. */
  readonly corner?: number;
  /** Writes numbers on nodes: called at most four times a second for each. */
  readonly writer?: NodeWriter;
  /** How steps are being drawn, for a legend; at most twice a second. */
  readonly onReport?: (report: RenderReport) => void;
  readonly frames?: Frames;
}

/** Steps that traces take and the graph has no edge for. */
export interface UnexpectedStep {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export interface LightLayer {
  /** The camera moved, or the canvas has another size. */
  readonly moved: () => void;
  /** A box or a path changed, came or went. Read at the next frame, and four times a second in any
   * case.
   */
  readonly measured: () => void;
  /** Draws these traces' paths, and no others; the light of nodes beside them is dimmed. */
  readonly follow: (paths: readonly FollowedPath[]) => void;
  /** Draws these dashed, with their counts, and no others. */
  readonly unexpected: (steps: readonly UnexpectedStep[]) => void;
  /** Changes what is named, and writes all numbers anew. Only `theme` reads the canvas's custom
   * properties again.
   */
  readonly set: (look: LightLook) => void;
  /** Nodes whose numbers are written four times a second; others' are once. */
  readonly closeUp: (nodes: ReadonlySet<string>) => void;
  /** Clears the canvas, and lets go of everything. */
  readonly close: () => void;
}

/** The most device pixels a CSS pixel that light is drawn with: a halo gains nothing beyond. */
const MOST_RATIO = 2;
/** Unexpected steps drawn at most, the most frequent first. */
const MOST_UNEXPECTED = 40;
/** Half the way around a card, which `PULSE_AREA` is said for: a pulse's area grows with it. */
const CARD_HALF = 244;
const NO_WRITER: NodeWriter = { write: none };
const NO_LAYER: LightLayer = { moved: none, measured: none, follow: none, unexpected: none, set: none, closeUp: none, close: none };

/** Listens to nothing. */
function none(): void {
  return undefined;
}

/** Opens the layer; it draws until `close`. A browser without a 2D canvas shows no light. */
export function lightLayer(canvas: HTMLCanvasElement, options: LightLayerOptions): LightLayer {
  if (!canvas.getContext("2d")) return NO_LAYER;
  const { light, frames = pageFrames() } = options;
  const drawing = new MeasuredDrawing(options);
  const flashes = createFlashLimiter();
  const still = typeof matchMedia === "function" ? matchMedia("(prefers-reduced-motion: reduce)") : null;
  let look: LightLook = options;
  let view: View = { x: 0, y: 0, zoom: 1 };
  let followed: readonly FollowedPath[] = [];
  let unexpected: readonly UnexpectedStep[] = [];
  /** Points of jumps and of edges between their nodes, slow to find; good until something moves. */
  let curves = new Map<string, Float32Array>();
  let planned: number | null = null;
  let sent: RenderBuffers | null = null;
  /** The canvas's size, until it has another: to read it lays out all that the host has changed. */
  let size: { readonly width: number; readonly height: number } | null = null;
  /** The colours as the canvas's style says them, live and stale: to read it works out the styles
   * of all that the host has changed.
   */
  let colours: readonly [live: Palette, stale: Palette] | null = null;
  let open = true;

  const renderer = openRenderer(canvas, frames, options.onReport ?? none);
  const measuredFirst: Renderer = {
    send: (command) => {
      sendBuffers();
      renderer.send(command);
    },
    close: none,
  };
  sendBuffers();
  const adapter = new LightAdapter({
    drawing, light, renderer: measuredFirst, writer: options.writer ?? NO_WRITER,
    ring: (node, rate) => allowFlash(flashes, node, performance.now(), rate, pulseArea(node)),
  });
  const layer: LightLayer = { moved: whileOpen(lookFrom), measured: whileOpen(plan), follow: whileOpen(follow), unexpected: whileOpen(expectNot), set: whileOpen(set), closeUp: whileOpen((nodes) => { adapter.closeUp = nodes; }), close };
  const sizes = typeof ResizeObserver === "function" ? new ResizeObserver(() => {
    size = null;
    layer.moved();
  }) : null;
  sizes?.observe(canvas);
  const onMotion = () => { set({}); };
  still?.addEventListener("change", onMotion);
  lookFrom();
  set({});
  let unseen = false;
  const timer = setInterval(() => {
    if (frames.hidden()) {
      unseen = true;
      return;
    }
    measure();
    adapter.tick(unseen);
    unseen = false;
  }, LEVELS_MS);
  return layer;

  function whileOpen<A extends readonly unknown[]>(act: (...args: A) => void): (...args: A) => void {
    return (...args) => {
      if (open) act(...args);
    };
  }

  function lookFrom(): void {
    const { x, y, zoom, text } = options.camera();
    if (![x, y, zoom].every(Number.isFinite) || zoom <= 0) return;
    view = { x, y, zoom };
    const { width, height } = size ?? { width: canvas.clientWidth, height: canvas.clientHeight };
    if (sizes) size = { width, height };
    renderer.send({ kind: "camera", camera: { x, y, zoom, width, height, ratio: Math.min(MOST_RATIO, globalThis.devicePixelRatio || 1), ...(text === undefined ? {} : { text }) } });
  }

  function plan(): void {
    planned ??= frames.request(() => {
      planned = null;
      measure();
    });
  }

  function measure(): void {
    const changed = drawing.measure();
    if (changed === "nothing") return;
    curves = new Map();
    sendBuffers();
    sendPaths();
    sendJumps();
    if (changed === "nodes") adapter.sendLevels();
  }

  function sendBuffers(): void {
    if (sent === drawing.buffers) return;
    sent = drawing.buffers;
    renderer.send({ kind: "buffers", buffers: sent });
  }

  function follow(paths: readonly FollowedPath[]): void {
    followed = paths;
    const nodes = new Set(paths.flatMap(({ steps }) => steps.map(({ node }) => node)));
    const before = adapter.onPath;
    if (nodes.size !== (before?.size ?? 0) || ![...nodes].every((node) => before?.has(node))) {
      adapter.onPath = nodes.size > 0 ? nodes : null;
      adapter.sendLevels("none");
    }
    sendPaths();
  }

  function sendPaths(): void {
    const paths = marksOf(drawing, followed, curves);
    measuredFirst.send({ kind: "paths", paths });
  }

  function expectNot(steps: readonly UnexpectedStep[]): void {
    unexpected = [...steps].sort((a, b) => b.count - a.count).slice(0, MOST_UNEXPECTED);
    sendJumps();
  }

  function sendJumps(): void {
    renderer.send({ kind: "jumps", jumps: jumpMarks(drawing, unexpected, curves) });
  }

  function set(change: LightLook): void {
    look = { ...look, ...change };
    const { palette, theme = "light", motion = "system", frozen = false, stale = false } = look;
    if (colours === null || change.theme !== undefined) colours = [readPalette(canvas, theme === "dark", false), readPalette(canvas, theme === "dark", true)];
    renderer.send({ kind: "palette", palette: { ...colours[stale ? 1 : 0], ...(options.corner !== undefined && { corner: options.corner }), ...palette } });
    const reduced = motion === "reduced" || (motion === "system" && still !== null && still.matches);
    Object.assign(adapter, { frozen, reduced, drained: stale });
    renderer.send({ kind: "mode", frozen, reduced, drained: stale });
    adapter.sendLevels();
  }

  /** CSS pixels squared: a pulse goes around the node's box. */
  function pulseArea(node: string): number {
    const box = drawing.nodes[drawing.nodeIndex.get(node) ?? -1]?.box;
    return PULSE_AREA * view.zoom ** 2 * (box ? Math.max(1, (box.width + box.height) / CARD_HALF) : 1);
  }

  function close(): void {
    if (!open) return;
    open = false;
    clearInterval(timer);
    if (planned !== null) frames.cancel(planned);
    sizes?.disconnect();
    still?.removeEventListener("change", onMotion);
    adapter.close();
    renderer.close();
    canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
  }
}

/** Steps between nodes that are drawn, as curves that pass behind the fewest nodes. */
function jumpMarks(drawing: MeasuredDrawing, steps: readonly UnexpectedStep[], curves: Map<string, Float32Array>): JumpMark[] {
  const boxes = drawing.nodes.map(({ box }) => box);
  return steps.flatMap(({ from, to, count }) => {
    const [a, b] = [drawing.nodeIndex.get(from), drawing.nodeIndex.get(to)];
    const [start, end] = [boxes[a ?? -1], boxes[b ?? -1]];
    if (!start || !end || a === b) return [];
    const key = `${a ?? ""}>${b ?? ""}`;
    const table = curves.get(key) ?? tableOf(jumpCurve(start, end, boxes));
    curves.set(key, table);
    return [{ table, count }];
  });
}
