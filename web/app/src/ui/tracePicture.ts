/** A trace as a picture: its steps on a time axis, drawn in the colours of the page. */
import { clock, count, moment, plural, span, timeOrDay } from "@dagnet-realtime/react/format";
import { barsOf, besideOf } from "@dagnet-realtime/react/side/TraceView.tsx";
import { LIGHTS } from "@dagnet-realtime/react/selectors";
import type { TraceFile, TraceFileStep } from "./traceFile.ts";

/** Width, and heights of parts, in CSS pixels. */
const WIDTH = 1000;
const EDGE = 36;
const HEAD = 118;
const NOTE = 24;
const AXIS = 34;
const STEP = 46;
const FOOT = 52;
/** Columns of a step: its number, its words, its time, its bar. */
const WORDS = EDGE + 34;
const WORDS_WIDE = 270;
const TIME = WORDS + WORDS_WIDE + 14;
const BARS = TIME + 118;
const BARS_WIDE = WIDTH - EDGE - BARS;

/** Pixels of a picture at most: Safari refuses larger ones. */
const MOST_PIXELS = 16_000_000;
const SCALE = 2;

/** The colours and fonts of the page, by the names of its custom properties without `--dr-`. */
export type Look = (name: string) => string;

/** The page's look, as an element of it has it. */
export function lookOf(element: Element): Look {
  const style = getComputedStyle(element);
  return (name) => style.getPropertyValue(`--dr-${name}`).trim();
}

/** What is missing of a trace, a sentence each. */
export function missingText({ counted_since: since, missing: { start_lost: lost, steps_not_kept: gone, partial, view } }: TraceFile): readonly string[] {
  const said: string[] = [];
  if (lost) said.push(gone > 0 ? `Its start is lost: ${plural(gone, "earlier event")} ${gone === 1 ? "is" : "are"} not kept.` : "Its start may be lost: it may have begun before the log does.");
  else if (gone > 0) said.push(`${plural(gone, "unmapped event")} ${gone === 1 ? "is" : "are"} not kept.`);
  if (partial) said.push("Some of its events may have been counted without being shown.");
  const missed = [view.missed > 0 ? plural(view.missed, "event") : "", view.gaps_of_unknown_size > 0 ? plural(view.gaps_of_unknown_size, "gap of unknown size", "gaps of unknown size") : ""].filter(Boolean);
  if (missed.length > 0) said.push(`The page missed ${missed.join(" and ")}; some may be of this trace.`);
  if (since !== null) said.push(`What arrived before ${moment(Date.parse(since))} is not in it.`);
  return said;
}

/** Draws the file as a PNG. Rejects if the browser makes none of it. */
export async function tracePicture(file: TraceFile, look: Look): Promise<Blob> {
  const notes = missingText(file);
  const height = HEAD + notes.length * NOTE + AXIS + Math.max(1, file.steps.length) * STEP + FOOT;
  const scale = Math.min(SCALE, Math.sqrt(MOST_PIXELS / (WIDTH * height)));
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(WIDTH * scale);
  canvas.height = Math.floor(height * scale);
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser draws no pictures.");
  await Promise.allSettled(["sans", "mono"].flatMap((family) => [400, 600].map((weight) => document.fonts.load(`${weight} 13px ${look(family)}`))));
  context.scale(scale, scale);
  draw(new Pen(context, look), file, notes, height);
  const made = await new Promise<Blob | null>((done) => { canvas.toBlob(done, "image/png"); });
  if (made === null) throw new Error("This browser could not make the picture.");
  return made;
}

interface Font {
  readonly size?: number;
  readonly weight?: 400 | 500 | 600;
  readonly mono?: boolean;
  readonly colour?: string;
  readonly align?: CanvasTextAlign;
  /** Longer texts are cut by "…". */
  readonly most?: number;
}

/** Writes and paints by the names of the page's look. */
class Pen {
  constructor(
    readonly context: CanvasRenderingContext2D,
    private readonly look: Look,
  ) {
    context.textBaseline = "alphabetic";
    context.direction = "ltr";
  }

  paint(colour: string): void {
    // A colour that the browser does not read leaves the last one: text is never lost.
    this.context.fillStyle = this.look("text-2");
    this.context.fillStyle = this.look(colour);
    this.context.strokeStyle = this.context.fillStyle;
  }

  box(x: number, y: number, width: number, height: number, colour: string, round = 0): void {
    this.paint(colour);
    this.context.beginPath();
    this.context.roundRect(x, y, Math.max(0, width), height, round);
    this.context.fill();
  }

  line(x: number, y: number, toX: number, toY: number, colour: string, dashes: readonly number[] = []): void {
    const { context } = this;
    this.paint(colour);
    context.setLineDash([...dashes]);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(toX, toY);
    context.stroke();
    context.setLineDash([]);
  }

  text(words: string, x: number, y: number, { size = 13, weight = 400, mono = false, colour = "text", align = "left", most = Infinity }: Font = {}): void {
    const { context } = this;
    context.font = `${weight} ${size}px ${this.look(mono ? "mono" : "sans")}`;
    context.textAlign = align;
    this.paint(colour);
    context.fillText(this.#cut(words, most), x, y);
  }

  #cut(words: string, most: number): string {
    const { context } = this;
    if (context.measureText(words).width <= most) return words;
    const letters = Array.from(words);
    let [fits, over] = [0, letters.length];
    while (over - fits > 1) {
      const middle = (fits + over) >> 1;
      if (context.measureText(`${letters.slice(0, middle).join("")}…`).width <= most) fits = middle;
      else over = middle;
    }
    return `${letters.slice(0, fits).join("").trimEnd()}…`;
  }
}

function draw(pen: Pen, file: TraceFile, notes: readonly string[], height: number): void {
  const { graph, trace, steps } = file;
  const inner = WIDTH - 2 * EDGE;
  pen.box(0, 0, WIDTH, height, "surface");
  pen.text(trace.name, EDGE, 52, { size: 24, weight: 600, colour: "trace-text", most: inner / 2 });
  pen.text(trace.tokens.map(({ kind, token }) => `${kind} ${token}`).join(" · "), WIDTH - EDGE, 50, { size: 12, mono: true, colour: "text-3", align: "right", most: inner / 2 - 20 });
  pen.text([graph.title || graph.name, file.workspace, file.env].filter(Boolean).join(" · "), EDGE, 78, { size: 15, weight: 500, most: inner });
  pen.text(summaryOf(file), EDGE, 102, { colour: "text-2", most: inner });
  let y = HEAD;
  for (const note of notes) {
    pen.text(note, EDGE, y + 12, { size: 12, colour: note === notes.at(-1) ? "text-3" : "warn-text", most: inner });
    y += NOTE;
  }
  const times = steps.map(({ occurred_at: at }) => Date.parse(at ?? ""));
  const bars = barsOf(times);
  for (const [part, align] of [[0, "left"], [0.5, "center"], [1, "right"]] as const) if (part === 0 || bars.whole > 0) pen.text(part === 0 ? "0 s" : span(bars.whole * part), BARS + part * BARS_WIDE, y + 20, { size: 11, mono: true, colour: "text-3", align });
  pen.text("occurred", TIME, y + 20, { size: 11, colour: "text-3" });
  pen.line(EDGE, y + AXIS - 5.5, WIDTH - EDGE, y + AXIS - 5.5, "border");
  y += AXIS;
  if (steps.length === 0) pen.text("Its steps have been let go; what it counted for stays.", EDGE, y + 22, { colour: "text-2" });
  for (const [index, step] of steps.entries()) {
    const { left = 0, right = 0 } = bars.marks[index] ?? {};
    drawStep(pen, step, y + index * STEP, { left, right, gap: index === 0 ? 0 : (step.gap_ms ?? 0), next: steps[index + 1] ?? null });
  }
  pen.text(`DagNet Realtime · exported ${file.exported_at === null ? "" : moment(Date.parse(file.exported_at))} · times of this browser (${zone()}) · people under pseudonyms`, EDGE, height - 22, { size: 11, colour: "text-3", most: inner });
}

function summaryOf({ trace: { events, ended, first_at: first, last_at: last } }: TraceFile): string {
  const [from, to] = [Date.parse(first ?? ""), Date.parse(last ?? "")];
  const when = Number.isNaN(from) ? "" : `${moment(from)} to ${clock(to)}, ${span(to - from)}`;
  return [when, plural(events, "event"), ended === null ? "" : ended === "success" ? "converted" : `ended: ${ended}`].filter(Boolean).join(" · ");
}

interface Place {
  readonly left: number;
  readonly right: number;
  readonly gap: number;
  /** The line to it is dashed if the way there is inferred. */
  readonly next: TraceFileStep | null;
}

function drawStep(pen: Pen, step: TraceFileStep, y: number, { left, right, gap, next }: Place): void {
  const { context } = pen;
  const who = step.move === "unmapped" && !LIGHTS.has(step.type);
  const unmapped = step.move === "unmapped" && !who;
  const hue = unmapped ? "unmapped" : "trace";
  const at = { x: EDGE + 11, y: y + 15 };
  if (next !== null) pen.line(at.x, at.y + 11, at.x, at.y + STEP - 11, "trace-border", next.inferred ? [3, 3] : []);
  pen.paint(`${hue}-soft`);
  context.beginPath();
  context.arc(at.x, at.y, 10.5, 0, 2 * Math.PI);
  context.fill();
  pen.paint(hue);
  context.setLineDash(step.unexpected || who ? [3, 2] : []);
  context.stroke();
  context.setLineDash([]);
  pen.text(unmapped ? "?" : step.n === null ? "·" : count(step.n), at.x, at.y + 4, { size: 11, weight: 600, colour: `${hue}-text`, align: "center" });

  const label = unmapped || who ? step.name || step.type : step.node?.label || step.node?.id || step.node?.uuid || "nowhere";
  pen.text(label, WORDS, y + 14, { weight: 600, colour: unmapped ? "unmapped-text" : "text", most: WORDS_WIDE });
  const note = [who ? "says who this is" : unmapped ? "unmapped" : step.name, ...doubts(step)].join(" · ");
  pen.text(note, WORDS, y + 31, { size: 11, mono: !step.unexpected, colour: step.unexpected || step.late ? "trace-text" : "text-3", most: WORDS_WIDE });

  const [occurred, arrived] = [Date.parse(step.occurred_at ?? ""), Date.parse(step.arrived_at ?? "")];
  pen.text(Number.isNaN(occurred) ? "unknown" : timeOrDay(occurred, Number.isNaN(arrived) ? occurred : arrived), TIME, y + 14, { size: 12, mono: true, colour: "text-2" });
  if (step.lag_ms !== null) pen.text(`arrived +${span(step.lag_ms)}`, TIME, y + 31, { size: 11, colour: "text-3" });

  const across = (percent: number): number => BARS + (percent / 100) * BARS_WIDE;
  pen.line(BARS, y + 2, BARS, y + STEP - 6, "border");
  if (!unmapped) {
    context.globalAlpha = 0.38;
    pen.box(across(left), y + 9, across(right) - across(left), 8, hue, 3);
    context.globalAlpha = 1;
  }
  pen.box(across(right) - 1.5, y + 6, 3, 14, hue, 1);
  const took = `${gap === 0 ? "" : "+"}${span(gap)}`;
  const beside = besideOf(left, right, took.length);
  pen.text(took, beside === "before" ? across(left) - 8 : across(right) + (beside === "after" ? 8 : -8), y + 17, { size: 11, mono: true, colour: "text-2", align: beside === "after" ? "left" : "right" });
}

function doubts(step: TraceFileStep): readonly string[] {
  const from = step.from?.label || step.from?.id || "";
  return [
    step.unexpected ? `unexpected${from === "" ? "" : `, from ${from}`}` : "",
    step.inferred ? "way inferred" : "",
    step.late ? "late" : "",
    step.order_unsure ? "order unsure" : "",
  ].filter(Boolean);
}

function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
