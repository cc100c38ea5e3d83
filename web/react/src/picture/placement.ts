/** What placing cards is about: their size, and the way from a layout onto the canvas. */

/** A card's size, in canvas units. */
export interface CardSize {
  readonly width: number;
  readonly height: number;
}

/** Carries a coordinate of the layout onto the canvas, in each direction. */
export interface Mapping {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}
