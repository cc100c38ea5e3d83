/** Renders all light on one canvas; draws only what has changed. */
import { FAINT, SINGLE_EVENT_GLOW } from "@dagnet-realtime/engine/activity";
import { type Camera, type Command, type JumpMark, NOWHERE, type Palette, type PathMark, type RenderBuffers, type Renderer, type RenderReport, scaleOf, toCanvas, type Surface } from "./protocol.ts";
import { Glow, StaticLayer } from "./staticLayer.ts";
import { MOST_PARTICLES, MovingLayer, Particles, PathHeads, Rings } from "./movingLayer.ts";
import { EdgeDetail } from "./detail.ts";
import { FrameGovernor, type Frames, Loop } from "./frames.ts";
import { brushOf } from "./sprites.ts";
import { markEdge, markNode, markPath, Tiles, changedParts } from "./dirtyTiles.ts";
import { visitsOf } from "./pathLayer.ts";

const EMPTY: RenderBuffers = { boxes: new Float32Array(0), tags: new Float32Array(0), tables: new Float32Array(0), labels: new Float32Array(0) };
/** How often edges are judged anew and the legend told, in milliseconds. */
const REVIEW_MS = 500;
/** A camera that has stood this long is drawn sharply. */
const SETTLED_MS = 140;

/** Draws on `canvas`; `report` hears, at most twice a second, how steps are drawn. */
export function openRenderer(canvas: Surface, frames: Frames, report: (report: RenderReport) => void): Renderer {
  return new CanvasRenderer(canvas, frames, report);
}

class CanvasRenderer implements Renderer {
  buffers: RenderBuffers = EMPTY;
  camera: Camera = NOWHERE;
  paths: readonly PathMark[] = [];
  jumps: readonly JumpMark[] = [];
  private look: Palette | null = null;
  readonly glow = new Glow();
  readonly rings = new Rings();
  readonly particles = new Particles();
  readonly heads = new PathHeads();
  readonly legibility = new EdgeDetail();
  private reduced = false;
  private frozen = false;
  private clock = 0;
  private drawn = 0;
  private reviewed = 0;
  private moved = 0;
  private sharp = true;
  private readonly pace = new FrameGovernor();
  private readonly still = new StaticLayer();
  private readonly movers = new MovingLayer();
  private readonly stale = new Tiles();
  /** The part of it in which followed paths have changed. */
  private readonly stalePaths = new Tiles();
  private readonly tiles = new Tiles();
  private readonly before = new Tiles();
  private readonly loop: Loop;

  constructor(private readonly canvas: Surface, private readonly frames: Frames, private readonly report: (report: RenderReport) => void) {
    this.loop = new Loop((time, elapsed) => this.frame(time, elapsed), frames);
  }

  get palette(): Palette {
    return this.look ?? { canvas: "#000", activity: "#fff", activityText: "#fff", core: "#fff", follow: [], ink: "#000", jump: "#888", mono: "monospace", sans: "sans-serif", dark: true, corner: 0 };
  }

  /** Nothing may start to move: paused, stale, reduced motion, or a hidden tab. */
  private get quiet(): boolean {
    return this.frozen || this.reduced || this.frames.hidden();
  }

  close(): void {
    this.loop.stop();
  }

  send(command: Command): void {
    switch (command.kind) {
      case "buffers":
        this.buffers = command.buffers;
        this.glow.resize(command.buffers.boxes.length / 4);
        this.particles.resize(command.buffers.labels.length / 3);
        this.legibility.resize(command.buffers.labels.length / 3);
        this.stale.markAll();
        break;
      case "camera":
        this.lookFrom(command.camera);
        break;
      case "palette":
        this.look = command.palette;
        this.stale.markAll();
        break;
      case "mode":
        this.reduced = command.reduced;
        this.frozen = command.frozen;
        if (command.reduced || command.drained === true) [this.rings, this.particles].forEach((pool) => { pool.clear(); });
        if (command.drained === true) this.legibility.clear();
        this.stale.markAll();
        break;
      case "glow":
        this.glow.aim(command.glow, command.atOnce);
        if (command.atOnce) this.glow.advance(0, (node) => { markNode(this.stale, this.camera, this.buffers, node); });
        else if (this.glow.still) return;
        break;
      case "ring":
        if (this.quiet) return;
        this.rings.start(command.node, command.strength, command.late || command.test === true, this.clock);
        if (command.strength > FAINT) this.glow.raise(command.node, SINGLE_EVENT_GLOW);
        break;
      case "step":
        if (this.quiet) return;
        this.step(command.edges, command.inferred);
        break;
      case "paths":
        this.takePaths(command.paths);
        this.heads.follow(command.paths, this.clock, this.reduced || this.frozen);
        break;
      case "jumps":
        this.jumps = command.jumps;
        this.stale.markAll();
        break;
    }
    this.loop.wake();
  }

  private takePaths(paths: readonly PathMark[]): void {
    const [before, after] = [visitsOf(this.paths), visitsOf(paths)];
    const row = (node: number): number => Math.max(before.get(node)?.row ?? 0, after.get(node)?.row ?? 0);
    for (const touched of changedParts(this.paths, paths)) markPath(this.stalePaths, this.camera, this.buffers, touched, row);
    this.stale.absorb(this.stalePaths);
    this.paths = paths;
  }

  private step(edges: readonly number[], inferred: boolean): void {
    let drawn = false;
    for (const edge of edges) if (this.legibility.count(edge, this.clock) !== "width") drawn = true;
    if (drawn) this.particles.launch(edges, inferred, this.clock, Math.min(MOST_PARTICLES, this.pace.particles));
  }

  private lookFrom(camera: Camera): void {
    const { width, height, ratio } = this.camera;
    if (camera.width !== width || camera.height !== height || camera.ratio !== ratio) {
      const [w, h] = [Math.round(camera.width * camera.ratio), Math.round(camera.height * camera.ratio)];
      this.canvas.width = w;
      this.canvas.height = h;
      this.still.resize(w, h);
      for (const tiles of [this.stale, this.stalePaths, this.tiles, this.before]) tiles.resize(w, h);
    } else if (scaleOf(camera) !== scaleOf(this.camera)) {
      this.sharp = false;
      this.moved = this.drawn;
    }
    this.camera = camera;
    this.stale.markAll();
  }

  /** One frame; answers whether another is needed. */
  private frame(time: number, elapsed: number): boolean {
    if (elapsed > 0 && elapsed < 500) this.pace.frame(elapsed);
    if (elapsed > 0 && time - this.drawn < this.pace.least) return true;
    const passed = elapsed === 0 ? 16 : Math.min(100, time - this.drawn);
    this.drawn = time;
    if (!this.frozen) this.clock += passed;
    if (this.camera.width === 0 || !this.look) return false;
    if (!this.sharp && time - this.moved > SETTLED_MS) {
      this.sharp = true;
      this.stale.markAll();
    }
    const travelling = this.advance(passed, time);
    this.paint();
    return !this.sharp || !this.glow.still || (!this.frozen && (travelling || this.rings.live.length > 0 || this.particles.live.length > 0 || this.legibility.wide().length > 0 || this.legibility.anyDots()));
  }

  private advance(passed: number, time: number): boolean {
    if (this.frozen) return this.heads.advance(this.clock);
    this.rings.advance(this.clock);
    this.particles.advance(this.clock, this.buffers.tables);
    this.glow.advance(passed, (node) => { markNode(this.stale, this.camera, this.buffers, node); });
    if (time - this.reviewed > REVIEW_MS) {
      this.reviewed = time;
      const changed = [...this.legibility.review(this.clock, this.particles.live.length / this.pace.particles), ...this.legibility.wide()];
      for (const edge of changed) markEdge(this.stale, this.camera, this.buffers, edge);
      this.report({ dots: this.legibility.anyDots(), width: this.legibility.wide().length > 0, pace: this.pace.level, particles: this.particles.live.length });
    }
    return this.heads.advance(this.clock);
  }

  private paint(): void {
    const { stale, tiles, before } = this;
    if (stale.any) {
      this.still.repair(stale.patches(), this, this.clock, !this.sharp, this.stalePaths.patches(Infinity));
      tiles.absorb(stale);
      stale.clear();
      this.stalePaths.clear();
    }
    tiles.absorb(before);
    before.clear();
    this.movers.mark(before, this, this.clock);
    tiles.absorb(before);
    if (!tiles.any) return;
    const brush = brushOf(this.canvas);
    const patches = tiles.patches();
    brush.save();
    brush.setTransform(1, 0, 0, 1, 0, 0);
    for (const [x, y, width, height] of patches) {
      brush.clearRect(x, y, width, height);
      brush.drawImage(this.still.canvas, x, y, width, height, x, y, width, height);
    }
    // What moves lies wholly in what was just copied: to clip it would cost more than to draw it.
    toCanvas(brush, this.camera);
    this.movers.draw(brush, this, this.clock);
    brush.restore();
    tiles.clear();
  }
}
