/** The outlines of the pots, in a square of 200 units; the table is at y = 166. */
import type { Glaze, Shape } from "../catalogue.ts";

export interface Outline {
  readonly body: string;
  /** Drawn as a stroke behind the body. */
  readonly handle?: string;
  /** Centre and radii of the opening. */
  readonly rim?: readonly [x: number, y: number, rx: number, ry: number];
  /** How far down the glaze was dipped. */
  readonly dip: number;
}

export const OUTLINES: Readonly<Record<Shape, Outline>> = {
  mug: { body: "M56 62h76v68q0 36-38 36t-38-36z", handle: "M130 82q36-4 36 25t-40 27", rim: [94, 62, 38, 8], dip: 112 },
  cup: { body: "M66 88h68l-7 58q-3 20-27 20t-27-20z", rim: [100, 88, 34, 7], dip: 124 },
  teapot: { body: "M50 120q0-46 50-46 34 0 45 24 16-4 21-22l17 5q-4 40-35 52-8 33-48 33-50 0-50-46z", handle: "M54 98q-38-6-36 26t42 22", rim: [100, 76, 28, 6], dip: 126 },
  jug: { body: "M58 46q10 8 42 8 20 0 28-4-4 28 6 52 16 64-34 64t-36-62q10-26 4-42z", handle: "M128 64q36 0 30 34-4 18-22 24", rim: [94, 50, 34, 6], dip: 104 },
  bowl: { body: "M38 98h124q-2 48-38 60v8H76v-8Q40 146 38 98z", rim: [100, 98, 62, 13], dip: 128 },
  plate: { body: "M100 48a59 59 0 1 1 0 118 59 59 0 1 1 0-118z", dip: 230 },
  vase: { body: "M84 52h32q-4 22 11 38 25 28 11 54-8 22-38 22t-38-22Q48 118 73 90q15-16 11-38z", rim: [100, 52, 16, 4], dip: 102 },
  bud: { body: "M91 80h18q-2 18 10 30 21 20 8 40-6 16-27 16t-27-16q-13-20 8-40 12-12 10-30z", rim: [100, 80, 9, 2.6], dip: 122 },
  candle: { body: "M82 92h36v9q-9 6-9 25 0 17 18 25 11 5 11 15H62q0-10 11-15 18-8 18-25 0-19-9-25z", rim: [100, 92, 18, 4], dip: 128 },
};

/** Clay above, glaze on it, both in the light of a window on the left. */
export const GLAZES: Readonly<Record<Glaze, string>> = { moss: "#6d8363", slate: "#5b7489", rust: "#b8623c", ochre: "#cf9a3f", cream: "#f1e7d4", ink: "#35425a" };
export const CLAY = "#d8c3a5";
