/** Sprites that are drawn once and stamped often, and the palette they are drawn with. */
import type { Brush, Palette, Surface } from "./protocol.ts";

/** How far a halo reaches around a node, in canvas units. */
export const HALO = 34;
/** The radius of a card's corners, in canvas units. */
const CORNER = 12;

/** An empty surface of device pixels, off screen. */
export function surface(width: number, height: number): Surface {
  if (typeof OffscreenCanvas === "function") return new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  return canvas;
}

/** The 2D context of a surface; a browser without one cannot draw the light. */
export function brushOf(canvas: Surface): Brush {
  const brush: unknown = canvas.getContext("2d");
  if (!isBrush(brush)) throw new Error("This browser gives no 2D canvas");
  return brush;
}

function isBrush(found: unknown): found is Brush {
  return typeof found === "object" && found !== null;
}

/** Sizes of halo: the stronger the glow, the further it reaches and the wider its rim. */
export const HALO_STEPS = 8;

/** A card's halo at a step of its glow (1 to HALO_STEPS), hollow where the card is; `scale` is
 * device pixels a canvas unit, `shift` where it begins within its first pixel.
 */
export function haloSprite(width: number, height: number, scale: number, palette: Palette, step = HALO_STEPS, [right, down]: readonly [number, number] = [0, 0]): Surface {
  const sprite = surface(Math.ceil((width + HALO * 2) * scale + right), Math.ceil((height + HALO * 2) * scale + down));
  const brush = brushOf(sprite);
  const away = 10_000;
  const { corner } = palette;
  const reach = 0.25 + (0.75 * step) / HALO_STEPS;
  const rim = 0.6 + step * 0.3;
  brush.setTransform(scale, 0, 0, scale, right, down);
  brush.fillStyle = palette.activity;
  brush.shadowColor = palette.activity;
  brush.shadowOffsetX = away * scale;
  for (const [blur, alpha] of palette.dark ? [[30, 0.62], [10, 0.45]] as const : [[28, 0.42], [9, 0.28]] as const) {
    brush.shadowBlur = blur * reach * scale;
    brush.globalAlpha = alpha;
    roundBox(brush, HALO - away, HALO, width, height, corner);
    brush.fill();
  }
  brush.shadowColor = "transparent";
  brush.globalAlpha = palette.dark ? 0.6 : 0.5;
  roundBox(brush, HALO - rim, HALO - rim, width + rim * 2, height + rim * 2, corner + rim);
  brush.fill();
  brush.globalAlpha = 1;
  brush.globalCompositeOperation = "destination-out";
  roundBox(brush, HALO + 0.5, HALO + 0.5, width - 1, height - 1, corner);
  brush.fill();
  return sprite;
}

/** A particle: a bright core in a soft disc. `small` has no disc; `hollow` marks inferred steps. */
export function dotSprite(scale: number, palette: Palette, shape: "full" | "small" | "hollow"): Surface {
  const reach = 8;
  const sprite = surface(Math.ceil(reach * 2 * scale), Math.ceil(reach * 2 * scale));
  const brush = brushOf(sprite);
  brush.setTransform(scale, 0, 0, scale, reach * scale, reach * scale);
  const disc = (radius: number, colour: string, alpha: number) => {
    brush.globalAlpha = alpha;
    brush.fillStyle = colour;
    brush.beginPath();
    brush.arc(0, 0, radius, 0, Math.PI * 2);
    brush.fill();
  };
  if (shape === "full") {
    disc(7, palette.activity, 0.22);
    disc(4.4, palette.activity, palette.dark ? 0.55 : 0.4);
    disc(2.6, palette.core, 1);
  } else if (shape === "small") {
    disc(2.2, palette.activity, 1);
  } else {
    disc(3.2, palette.canvas, 1);
    brush.globalAlpha = 1;
    brush.strokeStyle = palette.activity;
    brush.lineWidth = 1.2;
    brush.stroke();
  }
  return sprite;
}

/** Begins a rounded rectangle's path. */
export function roundBox(brush: Brush, x: number, y: number, width: number, height: number, radius: number): void {
  brush.beginPath();
  brush.roundRect(x, y, width, height, radius);
}

/** The side of an octagon around a circle is this share of the circle's radius, on each side. */
const CUT = 1 - Math.tan(Math.PI / 8);

/** Begins the path of a rounded rectangle whose corners are cut rather than round: the same to the
 * eye where they are small.
 */
export function cutBox(brush: Brush, x: number, y: number, width: number, height: number, radius: number): void {
  const cut = Math.min(radius * CUT, width / 2, height / 2);
  const [right, bottom] = [x + width, y + height];
  brush.beginPath();
  brush.moveTo(x + cut, y);
  brush.lineTo(right - cut, y);
  brush.lineTo(right, y + cut);
  brush.lineTo(right, bottom - cut);
  brush.lineTo(right - cut, bottom);
  brush.lineTo(x + cut, bottom);
  brush.lineTo(x, bottom - cut);
  brush.lineTo(x, y + cut);
  brush.closePath();
}

/** The hues of followed traces without the picture's styles. */
const FOLLOW_DARK = ["#ffb02e", "#45d6a8", "#d1a8ff", "#cfe04a", "#ff8f6b", "#e9e4d8"];
const FOLLOW_LIGHT = ["#b45f00", "#0b7a58", "#7a3fc4", "#66720a", "#c2410c", "#57534e"];

/** The palette as the custom properties at `element` say it at this moment: a host's
 * `--dagnet-realtime-accent` and `--dagnet-realtime-canvas`, else the picture's `--dr-…`. `stale`
 * takes the colour out of it.
 */
export function readPalette(element: Element, dark: boolean, stale: boolean): Palette {
  const style = getComputedStyle(element);
  const value = (name: string, other: string) => style.getPropertyValue(`--dr-${name}`).trim() || other;
  const own = (name: string) => style.getPropertyValue(`--dagnet-realtime-${name}`).trim();
  const accent = own("accent");
  const grey = value("text-3", dark ? "#9aa1ab" : "#6b7280");
  return {
    canvas: own("canvas") || value("canvas", dark ? "#0a0b0e" : "#f8f9fb"),
    activity: stale ? grey : accent || value("activity", dark ? "#3aa7ff" : "#0a6fe0"),
    activityText: stale ? grey : accent || value("activity-text", dark ? "#8ecbff" : "#0a5bb8"),
    core: stale ? grey : dark ? "#f2faff" : accent || value("activity", "#0a6fe0"),
    follow: (dark ? FOLLOW_DARK : FOLLOW_LIGHT).map((colour, hue) => (stale ? grey : value(`follow-${hue}`, colour))),
    ink: dark ? value("trace-ink", "#1c1200") : "#ffffff",
    jump: grey,
    mono: value("mono", "ui-monospace, monospace"),
    sans: value("sans", "system-ui, sans-serif"),
    dark,
    corner: CORNER,
  };
}
