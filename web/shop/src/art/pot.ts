/** Draws a pot. */
import { svg } from "../views/h.ts";
import type { Glaze, Shape } from "../catalogue.ts";
import { CLAY, GLAZES, OUTLINES } from "./shapes.ts";

let drawn = 0;

/** The pot alone, to be placed in a picture. */
export function pot(shape: Shape, glaze: Glaze): SVGElement {
  const { body, handle, rim, dip } = OUTLINES[shape];
  const colour = GLAZES[glaze];
  drawn += 1;
  const clip = `pot-${drawn}`;
  const stroke = { fill: "none", "stroke-width": 12, "stroke-linecap": "round" };
  return svg(
    "g",
    {},
    svg("ellipse", { cx: 104, cy: 167, rx: shape === "plate" ? 46 : 58, ry: 7, class: "pot-shadow" }),
    ...behind(shape),
    handle ? svg("path", { d: handle, stroke: colour, ...stroke }) : null,
    handle ? svg("path", { d: handle, class: "pot-shade-line", ...stroke, "stroke-width": 3, transform: "translate(2 5)" }) : null,
    svg("clipPath", { id: clip }, svg("path", { d: body })),
    svg(
      "g",
      { "clip-path": `url(#${clip})` },
      svg("path", { d: body, fill: CLAY }),
      ...[...Array<null>(14)].map((_, n) => svg("circle", { cx: 44 + ((n * 37) % 116), cy: 60 + ((n * 53) % 104), r: n % 3 === 0 ? 1.3 : 0.9, class: "pot-speck" })),
      svg("path", { d: `M0 0h200v${dip}q-25 9-50 2t-50 1-50-1-50 3z`, fill: colour }),
      svg("path", { d: "M200 0H128q22 90-10 200h82z", class: "pot-shade" }),
      svg("path", { d: "M66 40q-16 60 2 110", class: "pot-light", fill: "none", "stroke-width": 7, "stroke-linecap": "round" }),
    ),
    ...(shape === "plate" ? plate() : []),
    rim ? svg("ellipse", { cx: rim[0], cy: rim[1], rx: rim[2], ry: rim[3], fill: colour }) : null,
    rim ? svg("ellipse", { cx: rim[0], cy: rim[1] + 0.8, rx: rim[2] - 3, ry: Math.max(1, rim[3] - 2), class: "pot-inside" }) : null,
    ...(shape === "teapot" ? [svg("path", { d: "M74 75q26-15 52 0z", fill: colour }), svg("circle", { cx: 100, cy: 63, r: 6, fill: colour })] : []),
  );
}

/** A picture of one product; wall and table go on beyond its edges, for wider frames. */
export function picture(shape: Shape, glaze: Glaze): SVGElement {
  return svg("svg", { viewBox: "0 0 200 200", class: `art art-${glaze}`, "aria-hidden": "true", focusable: "false" }, svg("rect", { x: -300, width: 800, height: 200, class: "art-wall" }), svg("path", { d: "M-300 158h800v42h-800z", class: "art-table" }), pot(shape, glaze));
}

/** Several pots side by side. */
export function shelf(pots: readonly { readonly shape: Shape; readonly glaze: Glaze }[]): SVGElement {
  return svg(
    "svg",
    { viewBox: "0 0 200 120", preserveAspectRatio: "xMidYMax meet", class: "art", "aria-hidden": "true", focusable: "false" },
    svg("rect", { x: -300, y: -300, width: 800, height: 420, class: "art-wall" }),
    svg("path", { d: "M-300 94h800v26h-800z", class: "art-table" }),
    ...pots.map(({ shape, glaze }, n) => svg("g", { transform: `translate(${n * 60 - 6} 18) scale(0.48)` }, pot(shape, glaze))),
  );
}

function plate(): readonly SVGElement[] {
  return [svg("circle", { cx: 100, cy: 107, r: 40, fill: "none", "stroke-width": 2.5, class: "pot-light" }), svg("circle", { cx: 101, cy: 109, r: 40, fill: "none", "stroke-width": 2, class: "pot-shade-line" })];
}

function behind(shape: Shape): readonly SVGElement[] {
  const stem = { fill: "none", stroke: "#5f7350", "stroke-width": 2.4, "stroke-linecap": "round" };
  const leaf = (x: number, y: number, turn: number): SVGElement => svg("ellipse", { cx: x, cy: y, rx: 9, ry: 4, fill: "#7d9467", transform: `rotate(${turn} ${x} ${y})` });
  if (shape === "vase") return [svg("path", { d: "M98 60Q92 30 80 12M102 60q2-30 18-46M100 60V14", ...stem }), leaf(86, 26, 60), leaf(78, 12, 30), leaf(112, 30, -50), leaf(120, 14, -40), leaf(96, 36, 100), leaf(100, 14, 90)];
  if (shape === "bud") return [svg("path", { d: "M100 84q-2-24 4-40", ...stem }), leaf(94, 62, 40), ...[0, 60, 120, 180, 240, 300].map((turn) => svg("ellipse", { cx: 104, cy: 32, rx: 5, ry: 9, fill: "#e9b8a2", transform: `rotate(${turn} 104 41)` })), svg("circle", { cx: 104, cy: 41, r: 5, fill: "#c9793f" })];
  if (shape === "candle") return [svg("rect", { x: 93, y: 42, width: 14, height: 52, rx: 3, fill: "#f4ecdc" }), svg("path", { d: "M100 14q9 12 0 22-9-10 0-22z", fill: "#f0b04a" }), svg("path", { d: "M100 36v8", stroke: "#5a4a3a", "stroke-width": 1.6 })];
  return [];
}
