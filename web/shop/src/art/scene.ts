/** The still life of the landing page. */
import { svg } from "../views/h.ts";
import type { Glaze, Shape } from "../catalogue.ts";
import { pot } from "./pot.ts";

const STANDS: readonly (readonly [shape: Shape, glaze: Glaze, x: number, size: number])[] = [
  ["vase", "slate", 18, 1.15],
  ["bowl", "ochre", 168, 0.8],
  ["teapot", "moss", 268, 1],
  ["mug", "rust", 430, 0.72],
];

export function scene(): SVGElement {
  const table = 250;
  return svg(
    "svg",
    { viewBox: "0 0 600 290", class: "scene", "aria-hidden": "true", focusable: "false", preserveAspectRatio: "xMidYMax slice" },
    svg("rect", { width: 600, height: 290, class: "scene-wall" }),
    svg("path", { d: "M330 290V120a78 78 0 0 1 156 0v170z", class: "scene-window" }),
    svg("circle", { cx: 432, cy: 96, r: 26, class: "scene-sun" }),
    svg("path", { d: "M330 200q40-34 78-8t78-22v80H330z", class: "scene-hill" }),
    svg("path", { d: "M330 226q50-20 90-4t66-8v40H330z", class: "scene-water" }),
    svg("rect", { y: table - 8, width: 600, height: 60, class: "scene-table" }),
    ...STANDS.map(([shape, glaze, x, size]) => svg("g", { transform: `translate(${x} ${table + 6 - 166 * size}) scale(${size})` }, pot(shape, glaze))),
  );
}
