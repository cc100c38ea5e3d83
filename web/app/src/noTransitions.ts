/**
 * Stands in the build for d3-transition, which React Flow's zoom brings and the picture
 * never runs: every move of its camera has a duration of 0. Nothing is ever under way to be
 * interrupted.
 */
import { selection } from "d3-selection";

/** Ends the transition of an element: there is none. */
export function interrupt(): void {
  // Nothing to end.
}

const prototype = selection.prototype as { interrupt: (this: unknown) => unknown };
prototype.interrupt = function interrupted(this: unknown): unknown {
  return this;
};
