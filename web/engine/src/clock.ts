/** The clock of the picture: it stands still while paused, and runs faster while catching up. */
export interface Clock {
  /** The moment the picture shows since it was paused; null while it shows the present. */
  frozenAt: number | null;
  /** Set while catching up: when that began, and how many times as fast as time. */
  catching: { from: number; speed: number } | null;
}

export function createClock(): Clock {
  return { frozenAt: null, catching: null };
}

/** The moment that the picture shows when the viewer's clock says `at`. */
export function shownAt(clock: Clock, at: number): number {
  if (clock.frozenAt === null) return at;
  if (clock.catching === null) return clock.frozenAt;
  return Math.min(at, clock.frozenAt + Math.max(0, at - clock.catching.from) * clock.catching.speed);
}

export function pause(clock: Clock, at: number): void {
  clock.frozenAt = shownAt(clock, at);
  clock.catching = null;
}

/** Ends a pause: at once, or catching up at `speed` (above 1). */
export function resume(clock: Clock, at: number, speed: number | undefined): void {
  if (clock.frozenAt === null) return;
  if (speed !== undefined && speed > 1) clock.catching = { from: at, speed };
  else settle(clock);
}

/** Back to the present. */
export function settle(clock: Clock): void {
  clock.frozenAt = null;
  clock.catching = null;
}

/** Whether the present has been reached. */
export function caughtUp(clock: Clock, at: number): boolean {
  return clock.frozenAt === null || (clock.catching !== null && shownAt(clock, at) >= at);
}
