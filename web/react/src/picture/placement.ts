/** What placing cards is about: their size, and the way from a layout onto the canvas. */

/** A graph of so few nodes has all its names shown, on cards or beside them. */
export const SMALL = 24;

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
