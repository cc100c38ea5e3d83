/** Reads the overlay's colours from the theme's custom properties, so that they are written down once. */
import type { Palette } from "./command.ts";

/** The palette as it is under `element` at this moment; `stale` takes the colour out of it. */
export function readPalette(element: Element, dark: boolean, stale: boolean): Palette {
  const style = getComputedStyle(element);
  const value = (name: string, other: string) => style.getPropertyValue(`--dr-${name}`).trim() || other;
  const grey = value("text-3", "#888888");
  return {
    canvas: value("canvas", dark ? "#0a0b0e" : "#f8f9fb"),
    activity: stale ? grey : value("activity", "#3aa7ff"),
    activityText: stale ? grey : value("activity-text", "#8ecbff"),
    core: stale ? grey : dark ? "#dff1ff" : value("activity", "#0a6fe0"),
    follow: [0, 1, 2, 3, 4, 5].map((hue) => (stale ? grey : value(`follow-${hue}`, "#ffb02e"))),
    ink: dark ? value("trace-ink", "#1c1200") : "#ffffff",
    mono: value("mono", "monospace"),
    sans: value("sans", "sans-serif"),
    dark,
  };
}
